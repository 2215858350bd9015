import { mkdir } from 'node:fs/promises'
import path from 'node:path'

import { storeTelemetry, type StoreTelemetry } from '../telemetry/store.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { ClockWatch } from './disk/clock-watch.ts'
import { CommitLog } from './disk/commit-log.ts'
import { type Damage, firstLine, setAside } from './disk/damage.ts'
import { Database, StoreBusy } from './disk/database.ts'
import { DiskStore } from './disk/disk-store.ts'
import { type Fingerprint, fingerprintWith } from './disk/fingerprint.ts'
import { Identity } from './disk/identity.ts'
import { Indexer } from './disk/indexer.ts'
import { Mender } from './disk/mender.ts'
import { recoverLog } from './disk/recover-log.ts'
import { applyLimits, type Limits } from './disk/retention.ts'
import { RecentHits } from './disk/recent-hits.ts'
import { Segments } from './disk/segments.ts'
import { type Trouble, Troubles } from './disk/troubles.ts'
import { WordIndex } from './disk/words/word-index.ts'
import { Writer } from './disk/writer.ts'
import type { KeptStore } from './kept-store.ts'

export { StoreBusy }

export interface StoreOptions {
  /** `HOME/data`; made when missing. */
  readonly folder: string
  readonly telemetry?: Telemetry
  /** Wall clock, milliseconds. */
  readonly now?: () => number
  /** Default: nothing is dropped. */
  readonly limits?: Limits
  /** What DuckDB may use, in bytes. */
  readonly memoryBytes?: number
  /** How long one question may take before it is answered in part. Default: ten seconds. */
  readonly timeLimitMs?: number
  /** How many of the newest ids are kept in memory; older ones are looked up on disk. */
  readonly recentIds?: number
  /** Of one processor's time, how much writing down the words of events may take, which makes searches for rare ones fast. Default: a tenth; 0: none. */
  readonly wordsShare?: number
  /** Called once per file that could not be read, at the start and later, after its damage was dealt with. */
  readonly onDamage?: (damage: Damage) => void
  /** Called when events cannot be stored or made searchable, and when they can again. */
  readonly onTrouble?: (trouble: Trouble) => void
  /** Called when the wall clock went forward (or back) by an hour or more, with how far in milliseconds. */
  readonly onClockJump?: (byMs: number) => void
}

const mebibyte = 2 ** 20

/**
 * Opens or creates the store in a folder and finishes what a stopped process left. Rejects with `StoreBusy` when another process has it.
 * Damaged files are moved to `damaged-<time>/` and reported; everything else goes on.
 */
export async function openStore(options: StoreOptions): Promise<KeptStore> {
  const { folder, now = Date.now } = options
  const telemetry = options.telemetry && storeTelemetry(options.telemetry)
  const logFolder = path.join(folder, 'log')
  const segmentFolder = path.join(folder, 'segments')
  for (const needed of [folder, logFolder, segmentFolder])
    await mkdir(needed, { recursive: true, mode: 0o700 })
  const release = claimFolder(folder)
  try {
    const report = (damage: Damage) => {
      telemetry?.fileSetAside(damage)
      options.onDamage?.(damage)
    }
    const damagedFolder = path.join(folder, `damaged-${stamp(now())}`)
    const database = await openLocked(folder, options.memoryBytes ?? 176 * mebibyte, (file, reason) =>
      setAside(file, damagedFolder).then((movedTo) => report({ file, movedTo, reason, lost: 'nothing' })),
    )
    try {
      const segments = new Segments(database, segmentFolder, 4096 * mebibyte)
      const recovered = await recoverLog(logFolder, damagedFolder)
      const first = recovered.firstPosition ?? recovered.state.next
      for (const damage of [...(await segments.open(damagedFolder, first)), ...recovered.damages])
        report(damage)
      if (recovered.tornBytes > 0) telemetry?.tornCommit(recovered.tornBytes)
      const lastPosition = segments.list.at(-1)?.lastPosition ?? 0
      const state = { ...recovered.state, next: Math.max(recovered.state.next, lastPosition + 1) }
      // Before the old files are taken over and deleted: they hold the only cursors.
      const log = await CommitLog.create(logFolder, recovered.lastNumber + 1, state)
      const troubles = new Troubles((trouble) => {
        telemetry?.trouble(trouble.kind, trouble.reason)
        options.onTrouble?.(trouble)
      })
      const mender = new Mender({ folder, database, segments, damagedFolder, report })
      const indexer = new Indexer({ segments, files: recovered.files, telemetry, mender, troubles })
      await indexer.catchUp()
      const fingerprint = openFingerprint(folder, state.next, report)
      const identity = await Identity.open({ database, segments, fingerprint }, options.recentIds)
      const closing = new AbortController()
      // Failing costs speed only: the segments are asked then.
      identity.readOlder(closing.signal).catch(() => undefined)
      const writer = new Writer({
        folder: logFolder,
        log,
        state,
        recent: new RecentHits(16 * mebibyte, state.next - 1),
        telemetry,
        troubles,
        stored: (record, position) => {
          identity.stored(record, position)
          indexer.nudge()
        },
        sealed: (file) => indexer.add(file),
        room: () => indexer.room(),
      })
      indexer.takesFrom(() => writer.rotate())
      const newestMs = segments.list.at(-1)?.lastMs
      const clock = new ClockWatch({ wall: now, monotonic: () => performance.now() }, newestMs, (byMs) => {
        telemetry?.clockJumped(byMs)
        options.onClockJump?.(byMs)
      })
      const tidy = async function* () {
        await mender.replaceMissing(segments.list)
        if (options.limits)
          yield* applyLimits(segments, options.limits, { nowMs: clock.trusted(), telemetry })
      }
      const words = new WordIndex({ database, segments, share: options.wordsShare, telemetry })
      words.start()
      const stopMaintenance = regularly(() => indexer.inSteps(tidy()), clock, telemetry)
      return new DiskStore({
        folder,
        database,
        segments,
        writer,
        indexer,
        identity,
        mender,
        words,
        timeLimitMs: options.timeLimitMs ?? 10_000,
        release,
        stopMaintenance: () => {
          closing.abort()
          stopMaintenance()
        },
      })
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    release()
    throw error
  }
}

const maintenanceMs = 10 * 60_000

const clockMs = 60_000

/** Now and every few minutes, until the returned function is called. */
function regularly(
  work: () => Promise<void>,
  clock: ClockWatch,
  telemetry: StoreTelemetry | undefined,
): () => void {
  let isRunning = false
  let isOver = false
  const once = async () => {
    if (isRunning) return
    isRunning = true
    try {
      await work()
    } catch (error) {
      if (!isOver) telemetry?.maintenanceFailed(String(error))
    }
    isRunning = false
  }
  void once()
  const timers = [setInterval(() => void once(), maintenanceMs), setInterval(() => clock.check(), clockMs)]
  for (const timer of timers) timer.unref()
  return () => {
    isOver = true
    for (const timer of timers) clearInterval(timer)
  }
}

/** The file that keeps other processes out holds nothing: when it is no database any more, a new one takes its place. */
async function openLocked(
  folder: string,
  memoryBytes: number,
  putAway: (file: string, reason: string) => Promise<unknown>,
): Promise<Database> {
  const file = path.join(folder, 'lock.duckdb')
  try {
    return await openPatiently(file, memoryBytes)
  } catch (error) {
    if (!/not a valid DuckDB|Corrupt|checksum|Serialization|Could not read/i.test(String(error))) throw error
    await putAway(file, firstLine(error))
    return openPatiently(file, memoryBytes)
  }
}

/** Without the key of the fingerprints nobody knows any more which events are stored. */
function openFingerprint(folder: string, next: number, report: (damage: Damage) => void): Fingerprint {
  const file = path.join(folder, 'id.key')
  const { fingerprint, isNew } = fingerprintWith(file)
  if (isNew && next > 1)
    report({
      file,
      movedTo: file,
      reason: 'it was missing or damaged and has been made anew',
      lost: 'no event; those that are sent again will be stored again',
    })
  return fingerprint
}

/** A command that reads while no manager runs holds the store for a moment: that much is waited for. */
async function openPatiently(file: string, memoryBytes: number): Promise<Database> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await Database.open(file, memoryBytes)
    } catch (error) {
      if (!(error instanceof StoreBusy) || attempts >= 12) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}

/** DuckDB's lock does not keep one process from opening a folder twice. */
const open = new Set<string>()

function claimFolder(folder: string): () => void {
  const key = path.resolve(folder)
  if (open.has(key)) throw new Error(`the store in ${key} is open in this process already`)
  open.add(key)
  return () => open.delete(key)
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[:.]/g, '-')
}
