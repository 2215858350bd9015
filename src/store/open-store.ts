import { mkdir } from 'node:fs/promises'
import path from 'node:path'

import { storeTelemetry, type StoreTelemetry } from '../telemetry/store.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { CommitLog, recoverLog } from './disk/commit-log.ts'
import { Database, StoreBusy } from './disk/database.ts'
import { DiskStore } from './disk/disk-store.ts'
import { fingerprintWith } from './disk/fingerprint.ts'
import { Identity } from './disk/identity.ts'
import { Indexer } from './disk/indexer.ts'
import { applyLimits, type Limits } from './disk/retention.ts'
import { RecentHits } from './disk/recent-hits.ts'
import { Segments, setAside, type Damage } from './disk/segments.ts'
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
  /** How many of the newest ids are kept in memory; older ones are looked up on disk. */
  readonly recentIds?: number
  /** Called once per file that could not be read and was moved away: its records are lost to searches. */
  readonly onDamage?: (damage: Damage) => void
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
    const database = await openPatiently(
      path.join(folder, 'lock.duckdb'),
      options.memoryBytes ?? 176 * mebibyte,
    )
    try {
      const report = (damage: Damage) => {
        telemetry?.fileSetAside(damage.file, damage.movedTo, damage.reason)
        options.onDamage?.(damage)
      }
      const damagedFolder = path.join(folder, `damaged-${stamp(now())}`)
      const segments = new Segments(database, segmentFolder, 4096 * mebibyte)
      for (const damage of await segments.open(damagedFolder)) report(damage)
      const recovered = await recoverLog(logFolder)
      if (recovered.tornBytes > 0) telemetry?.tornCommit(recovered.tornBytes)
      for (const { path: file, lostBytes } of recovered.damaged)
        report({ file, movedTo: file, reason: `${lostBytes} bytes are damaged and were cut off` })
      const lastPosition = segments.list.at(-1)?.lastPosition ?? 0
      const state = { ...recovered.state, next: Math.max(recovered.state.next, lastPosition + 1) }
      // Before the old files are taken over and deleted: they hold the only cursors.
      const log = await CommitLog.create(logFolder, recovered.lastNumber + 1, state)
      const indexer = new Indexer({
        segments,
        files: recovered.files,
        telemetry,
        setAside: async (file, reason) => report(await setAside(file.path, damagedFolder, reason)),
      })
      await indexer.catchUp()
      const fingerprint = fingerprintWith(path.join(folder, 'id.key'))
      const identity = await Identity.open({ database, segments, fingerprint }, options.recentIds)
      const closing = new AbortController()
      // Failing costs speed only: the segments are asked then.
      identity.readOlder(closing.signal).catch(() => undefined)
      const writer = new Writer({
        folder: logFolder,
        log,
        state,
        recent: new RecentHits(24 * mebibyte, state.next - 1),
        telemetry,
        stored: (record, position) => {
          identity.stored(record, position)
          indexer.nudge()
        },
        sealed: (file) => indexer.add(file),
        room: () => indexer.room(),
      })
      indexer.takesFrom(() => writer.rotate())
      const { limits } = options
      const tidy = limits && (() => applyLimits(segments, limits, { nowMs: now(), telemetry }))
      const stopMaintenance = tidy ? regularly(() => indexer.maintain(tidy), telemetry) : () => undefined
      return new DiskStore({
        folder,
        database,
        segments,
        writer,
        indexer,
        identity,
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

/** Now and every few minutes, until the returned function is called. */
function regularly(work: () => Promise<void>, telemetry: StoreTelemetry | undefined): () => void {
  const once = () => {
    work().catch((error: unknown) => telemetry?.maintenanceFailed(String(error)))
  }
  once()
  const timer = setInterval(once, maintenanceMs)
  timer.unref()
  return () => clearInterval(timer)
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
