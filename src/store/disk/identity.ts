import type { Entry } from '../store.ts'
import type { Database } from './database.ts'
import type { Fingerprint } from './fingerprint.ts'
import { OlderIds } from './older-ids.ts'
import { RecentIds } from './recent-ids.ts'
import type { Segment } from './segment-file.ts'
import type { Segments } from './segments.ts'
import type { ClaimedEntry } from './writer.ts'

/** Fingerprints kept in memory: 8 to 16 MiB when full, nothing when the store is small. */
const recentCapacity = 2 ** 20
/** Fingerprints of 27 million older events; of those beyond, the segments are asked. */
const olderBytes = 96 * 2 ** 20
/** Read and packed at once. */
const partLength = 2 ** 19

export interface IdentityParts {
  readonly database: Database
  readonly segments: Segments
  readonly fingerprint: Fingerprint
}

/**
 * Which events are stored already. The newest ids are in memory; of older ones memory says which may be stored, and the segments decide, once per
 * batch. Ids being stored count as stored.
 */
export class Identity {
  readonly fingerprint: Fingerprint
  readonly #database: Database
  readonly #segments: Segments
  readonly #recent: RecentIds
  readonly #older: OlderIds
  readonly #claimed = new Set<bigint>()
  /** Fingerprints of ids that `unseen` looked up and did not find, so that `claim` need not look again. */
  #checked = new Map<string, bigint>()

  private constructor({ database, segments, fingerprint }: IdentityParts, capacity: number, from: number) {
    this.#database = database
    this.#segments = segments
    this.#older = new OlderIds(olderBytes)
    this.#older.startAt(from)
    this.#recent = new RecentIds(capacity, from, (values, first) => this.#older.addNewer(values, first))
    this.fingerprint = fingerprint
  }

  static async open(parts: IdentityParts, capacity = recentCapacity): Promise<Identity> {
    const newest = parts.segments.list.at(-1)?.lastPosition ?? 0
    const identity = new Identity(parts, capacity, Math.max(1, newest - Math.floor(capacity / 2) + 1))
    await identity.#readRecent(newest)
    return identity
  }

  /** Packs what lies before the newest, newest part first; until that is done, the segments are asked. Ends by itself. */
  async readOlder(signal: AbortSignal): Promise<void> {
    const older = this.#older
    for (;;) {
      const to = older.coveredFrom
      const segment = this.#segments.list.findLast(({ firstPosition }) => firstPosition < to)
      if (!segment || older.isFull || signal.aborted) return
      const from = Math.max(segment.firstPosition, Math.min(to, segment.lastPosition + 1) - partLength)
      const values = await this.#read(segment, from, to, signal).catch((error: unknown) => {
        if (this.#segments.list.includes(segment)) throw error
      })
      if (!values) continue // retention was faster
      // What was forgotten meanwhile left a gap.
      if (older.coveredFrom !== to || older.isFull) return
      older.addOlder(values, from)
    }
  }

  async #readRecent(newest: number): Promise<void> {
    const from = this.#recent.coveredFrom
    for (const segment of this.#segments.list) {
      if (segment.lastPosition < from) continue
      const values = await this.#read(segment, from, newest + 1)
      // Order within a start does not matter: all of it is known.
      for (const value of values) this.#recent.add(value, from, newest)
    }
  }

  #read({ schema }: Segment, from: number, to: number, signal?: AbortSignal): Promise<BigUint64Array> {
    const sql = `SELECT fingerprint FROM ${schema}.records WHERE position >= ${from} AND position < ${to}`
    return this.#database.readNumbers(sql, signal)
  }

  async unseen(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const prints = ids.map((id) => this.fingerprint(id))
    const old = await this.#stored(prints.filter((print) => !this.#isKnown(print)))
    if (this.#checked.size > 100_000) this.#checked = new Map()
    const fresh = new Set<string>()
    for (const [index, id] of ids.entries()) {
      const print = prints[index]
      if (print === undefined || this.#isKnown(print) || old.has(print)) continue
      this.#checked.set(id, print)
      fresh.add(id)
    }
    return fresh
  }

  /**
   * The entries that are not stored yet, each id once; from now on they count as stored. Those that `unseen` found to be new count before this
   * function returns.
   */
  async claim(entries: readonly Entry[]): Promise<readonly ClaimedEntry[]> {
    const unchecked: bigint[] = []
    const all = entries.map((entry): ClaimedEntry => {
      const { id } = entry.event.raw
      const checked = this.#checked.get(id)
      if (checked !== undefined) this.#checked.delete(id)
      const fingerprint = checked ?? this.fingerprint(id)
      if (checked === undefined && !this.#isKnown(fingerprint)) unchecked.push(fingerprint)
      return { entry, fingerprint }
    })
    const old = unchecked.length === 0 ? undefined : await this.#stored(unchecked)
    return all.filter(({ fingerprint }) => {
      if (this.#isKnown(fingerprint) || old?.has(fingerprint)) return false
      this.#claimed.add(fingerprint)
      return true
    })
  }

  giveBack(records: readonly ClaimedEntry[]): void {
    for (const { fingerprint } of records) this.#claimed.delete(fingerprint)
  }

  stored({ fingerprint }: ClaimedEntry, position: number): void {
    this.#recent.add(fingerprint, position, this.#segments.list.at(-1)?.lastPosition ?? 0)
    this.#claimed.delete(fingerprint)
  }

  #isKnown(print: bigint): boolean {
    return this.#recent.has(print) || this.#claimed.has(print)
  }

  /** Those that are in segments older than what memory covers. */
  async #stored(prints: readonly bigint[]): Promise<ReadonlySet<bigint>> {
    const found = new Set<bigint>()
    if (prints.length === 0) return found
    const possible = prints.filter((print) => this.#older.mayHold(print))
    for (const { schema, firstPosition } of this.#segments.list) {
      if (firstPosition >= this.#recent.coveredFrom) continue
      const asked = firstPosition < this.#older.coveredFrom ? prints : possible
      if (asked.length === 0) continue
      // Digits only: these are numbers of ours, and a list this long is slower as parameters.
      const sql = `SELECT fingerprint FROM ${schema}.records WHERE fingerprint IN (${asked.join(', ')})`
      for (const print of await this.#database.readNumbers(sql)) found.add(print)
    }
    return found
  }
}
