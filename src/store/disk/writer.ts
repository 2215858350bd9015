import type { StoreTelemetry } from '../../telemetry/store.ts'
import type { Entry, Hit, Position } from '../store.ts'
import { CommitLog, type LogFile, type LogState } from './commit-log.ts'
import { type Extent, noExtent, together } from './extent.ts'
import { GroupBuffer } from './group.ts'
import { recordLine } from './line.ts'
import { firstLine } from './damage.ts'
import type { RecentHits } from './recent-hits.ts'
import type { Troubles } from './troubles.ts'

export interface ClaimedEntry {
  readonly entry: Entry
  readonly fingerprint: bigint
}

export interface Commit {
  readonly records: readonly ClaimedEntry[]
  readonly source?: string
  readonly cursor?: string | undefined
  readonly follower?: string
  readonly state?: string
}

interface Waiting {
  readonly commit: Commit
  readonly resolve: (position: Position) => void
  readonly reject: (error: unknown) => void
}

export interface WriterParts {
  readonly folder: string
  readonly log: CommitLog
  readonly state: LogState
  readonly recent: RecentHits
  readonly telemetry: StoreTelemetry | undefined
  readonly troubles: Troubles
  /** Called for each record that became durable, in order. */
  readonly stored: (record: ClaimedEntry, position: Position) => void
  /** A log file is full and will not change any more. */
  readonly sealed: (file: LogFile) => void
  /** Resolves when there is room for more log files. */
  readonly room: () => Promise<void>
}

/** A commit takes at most this many records, or about so many bytes, so that the event loop is never held for long. */
const groupLength = 1024
const groupBytes = 8 * 2 ** 20
const fileBytes = 12 * 2 ** 20

/** Group commit: while one write is on its way to the disk, what arrives waits and goes with the next. */
export class Writer {
  readonly #parts: WriterParts
  #log: CommitLog
  readonly #cursors: Map<string, string>
  readonly #followers: Map<string, string>
  #next: Position
  /** Of what is in the log file now. */
  #extent: Extent = noExtent
  readonly #lines = new GroupBuffer()
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #listeners = new Set<() => void>()
  /** Writing and changing files never overlap. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: WriterParts) {
    this.#parts = parts
    this.#log = parts.log
    this.#cursors = new Map(parts.state.cursors)
    this.#followers = new Map(parts.state.followers)
    this.#next = parts.state.next
  }

  get state(): LogState {
    return { cursors: this.#cursors, followers: this.#followers, next: this.#next }
  }

  get head(): Position {
    return this.#next - 1
  }

  get recent(): RecentHits {
    return this.#parts.recent
  }

  get logBytes(): number {
    return this.#log.bytes
  }

  /** Resolves with the position of its last record when everything in it would survive a crash. */
  commit(commit: Commit): Promise<Position> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Hands the file that is being written over, when there is anything in it. */
  rotate(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#log.records > 0) await this.#change()
    })
  }

  /** Resolves when a record after the position is durable, or the signal aborts. */
  committedAfter(position: Position, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.head > position || signal.aborted) {
        resolve()
        return
      }
      const done = () => {
        this.#listeners.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#listeners.add(done)
      signal.addEventListener('abort', done)
    })
  }

  async drained(): Promise<void> {
    while (this.#running) await this.#running
  }

  close(): Promise<LogFile> {
    return this.#inTurn(() => this.#log.seal())
  }

  async #run(): Promise<void> {
    // Everything appended in the same turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      await this.#parts.room()
      await this.#inTurn(() => this.#commitGroup(this.#takeGroup()))
    }
    this.#running = undefined
  }

  #takeGroup(): readonly Waiting[] {
    let records = 0
    let bytes = 0
    let count = 0
    for (const { commit } of this.#waiting) {
      records += commit.records.length
      bytes += weightOf(commit)
      if (count > 0 && (records > groupLength || bytes > groupBytes)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const began = performance.now()
    const sizeBefore = this.#log.bytes
    try {
      if (this.#isFullWith(group)) await this.#change()
      await this.#write(group)
    } catch (error) {
      this.#parts.troubles.begins('store', firstLine(error))
      for (const { reject } of group) reject(error)
      return
    }
    this.#parts.troubles.isOver('store')
    const written = this.#log.bytes - Math.min(sizeBefore, this.#log.bytes)
    this.#parts.telemetry?.committed(written, performance.now() - began)
    this.#publish(group)
  }

  /** What is large gets a file for itself: a file is the least that can be moved to a segment. */
  #isFullWith(group: readonly Waiting[]): boolean {
    const { bytes, records } = this.#log
    const added = group.reduce((sum, { commit }) => sum + weightOf(commit), 0)
    return bytes >= fileBytes || (records > 0 && bytes + added > 2 * fileBytes)
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const cursors: Record<string, string> = {}
    const followers: Record<string, string> = {}
    let next = this.#next
    const lines = this.#lines
    lines.clear()
    for (const { commit } of group) {
      for (const { entry, fingerprint } of commit.records) {
        lines.add(recordLine(entry, next++, fingerprint))
      }
      if (commit.source !== undefined && commit.cursor !== undefined) cursors[commit.source] = commit.cursor
      if (commit.follower !== undefined && commit.state !== undefined)
        followers[commit.follower] = commit.state
    }
    await this.#log.append(lines, { records: next - this.#next, next, cursors, followers })
    for (const [source, cursor] of Object.entries(cursors)) this.#cursors.set(source, cursor)
    for (const [name, state] of Object.entries(followers)) this.#followers.set(name, state)
  }

  /** The group is durable: everybody may know. */
  #publish(group: readonly Waiting[]): void {
    const { stored, recent } = this.#parts
    const before = this.#next
    for (const { commit, resolve } of group) {
      for (const record of commit.records) {
        const position = this.#next++
        stored(record, position)
        this.#extent = together(this.#extent, extentOf(record.entry, position))
        recent.add(...hitsOf(record.entry, position))
      }
      resolve(this.head)
    }
    recent.trim()
    if (this.#next > before) for (const listener of this.#listeners) listener()
  }

  async #change(): Promise<void> {
    const next = await CommitLog.create(this.#parts.folder, this.#log.number + 1, this.state)
    const file = await this.#log.seal()
    this.#log = next
    this.#parts.sealed({ ...file, extent: this.#extent })
    this.#extent = noExtent
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

/** Bytes of its lines, about. */
function weightOf({ records }: Commit): number {
  return records.reduce(
    (sum, { entry: { event, document } }) => sum + event.raw.text.length + document.length,
    0,
  )
}

function extentOf({ event, alert }: Entry, position: Position): Extent {
  const ms = Math.trunc(event.raw.receivedAtMs)
  return {
    records: 1,
    alerts: alert ? 1 : 0,
    firstPosition: position,
    lastPosition: position,
    firstMs: ms,
    lastMs: ms,
  }
}

function hitsOf({ event, document, alert }: Entry, position: Position): [event: Hit, alert: Hit | undefined] {
  const { raw } = event
  const hit: Hit = {
    position,
    eventId: raw.id,
    source: raw.source,
    receivedAtMs: Math.trunc(raw.receivedAtMs),
    document,
  }
  return [hit, alert ? { ...hit, document: alert.document } : undefined]
}
