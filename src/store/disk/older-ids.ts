import { PackedIds } from './packed-ids.ts'

interface Part {
  readonly from: number
  readonly ids: PackedIds
}

/**
 * Which fingerprints may be among those that `RecentIds` does not hold any more, without reading a segment. Covers positions from `coveredFrom` on;
 * filled by what `RecentIds` lets go and, after a start, downwards from the segments. Bounded: the oldest parts go first.
 */
export class OlderIds {
  readonly #maxBytes: number
  /** Newest first. */
  #parts: Part[] = []
  #bytes = 0
  /** Positions from here to the ones in memory are all known. */
  coveredFrom = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Nothing older than this position is known yet. */
  startAt(position: number): void {
    this.coveredFrom = position
  }

  get isFull(): boolean {
    return this.#bytes > this.#maxBytes
  }

  /** What comes right before everything that is here. */
  addOlder(values: BigUint64Array, from: number): void {
    const ids = new PackedIds(values)
    this.#parts.push({ from, ids })
    this.#bytes += ids.sizeBytes
    this.coveredFrom = from
  }

  /** What comes right after everything that is here. */
  addNewer(values: BigUint64Array, from: number): void {
    const ids = new PackedIds(values)
    this.#parts.unshift({ from, ids })
    this.#bytes += ids.sizeBytes
    while (this.isFull && this.#parts.length > 1) this.#forgetOldest()
  }

  mayHold(value: bigint): boolean {
    const upper = Number(value >> 32n)
    const lowest = Number((value >> 24n) & 0xffn)
    return this.#parts.some(({ ids }) => ids.has(upper, lowest))
  }

  #forgetOldest(): void {
    const oldest = this.#parts.pop()
    this.#bytes -= oldest?.ids.sizeBytes ?? 0
    this.coveredFrom = this.#parts.at(-1)?.from ?? this.coveredFrom
  }
}
