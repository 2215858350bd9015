import type { Entry } from '../store.ts'
import type { Database } from './database.ts'
import type { Fingerprint } from './fingerprint.ts'
import { RecentIds } from './recent-ids.ts'
import type { Segments } from './segments.ts'
import type { ClaimedEntry } from './writer.ts'

/** Fingerprints kept in memory: 8 to 16 MiB when full, nothing when the store is small. */
const recentCapacity = 2 ** 20

export interface IdentityParts {
  readonly database: Database
  readonly segments: Segments
  readonly fingerprint: Fingerprint
}

/**
 * Which events are stored already. The newest ids are in memory; older ones are looked up in the segments, once per batch. Ids being stored
 * count as stored.
 */
export class Identity {
  readonly fingerprint: Fingerprint
  readonly #database: Database
  readonly #segments: Segments
  readonly #recent: RecentIds
  readonly #claimed = new Set<bigint>()
  /** Looked up by `unseen` and not found, so that `claim` need not look again. */
  #checked = new Set<bigint>()

  constructor({ database, segments, fingerprint }: IdentityParts, recent: RecentIds) {
    this.#database = database
    this.#segments = segments
    this.#recent = recent
    this.fingerprint = fingerprint
  }

  static async open(parts: IdentityParts, capacity = recentCapacity): Promise<Identity> {
    const { database, segments } = parts
    const newest = segments.list.at(-1)?.lastPosition ?? 0
    const from = Math.max(1, newest - capacity / 2)
    const recent = new RecentIds(capacity, from)
    for (const { schema, lastPosition } of segments.list) {
      if (lastPosition < from) continue
      const rows = await database.read(
        `SELECT fingerprint, position FROM ${schema}.records WHERE position >= $1::BIGINT ORDER BY position`,
        [BigInt(from)],
      )
      for (const [value, position] of rows) recent.add(BigInt(String(value)), Number(position), newest)
    }
    return new Identity(parts, recent)
  }

  async unseen(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const prints = ids.map((id) => this.fingerprint(id))
    const old = await this.#stored(prints.filter((print) => !this.#isKnown(print)))
    if (this.#checked.size > 100_000) this.#checked = new Set()
    const fresh = new Set<string>()
    for (const [index, id] of ids.entries()) {
      const print = prints[index]
      if (print === undefined || this.#isKnown(print) || old.has(print)) continue
      this.#checked.add(print)
      fresh.add(id)
    }
    return fresh
  }

  /** The entries that are not stored yet, each id once; from now on they count as stored. */
  async claim(entries: readonly Entry[]): Promise<readonly ClaimedEntry[]> {
    const all = entries.map((entry) => ({ entry, fingerprint: this.fingerprint(entry.event.raw.id) }))
    const unchecked = all.map(({ fingerprint }) => fingerprint).filter((print) => !this.#checked.has(print))
    const old = await this.#stored(unchecked.filter((print) => !this.#isKnown(print)))
    return all.filter(({ fingerprint }) => {
      this.#checked.delete(fingerprint)
      if (this.#isKnown(fingerprint) || old.has(fingerprint)) return false
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
    const older = this.#segments.list.filter(({ firstPosition }) => firstPosition < this.#recent.coveredFrom)
    if (prints.length === 0 || older.length === 0) return found
    for (const { schema } of older) {
      // Digits only: these are numbers of ours, and a list this long is slower as parameters.
      const rows = await this.#database.read(
        `SELECT fingerprint FROM ${schema}.records WHERE fingerprint IN (${prints.join(', ')})`,
        [],
      )
      for (const [print] of rows) found.add(BigInt(String(print)))
    }
    return found
  }
}
