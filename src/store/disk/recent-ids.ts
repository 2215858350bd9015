/** Open addressing over 64-bit values, at most half full; 0 marks a free place. */
class FingerprintSet {
  #table = new BigUint64Array(4096)
  #mask = 4095
  size = 0

  has(value: bigint): boolean {
    return this.#table[this.#place(value)] === value
  }

  add(value: bigint): void {
    const place = this.#place(value)
    if (this.#table[place] === value) return
    this.#table[place] = value
    this.size += 1
    if (this.size * 2 > this.#table.length) this.#grow()
  }

  values(): BigUint64Array {
    return this.#table.filter((value) => value !== 0n)
  }

  #grow(): void {
    const before = this.#table
    this.#table = new BigUint64Array(before.length * 2)
    this.#mask = this.#table.length - 1
    for (const value of before) if (value !== 0n) this.#table[this.#place(value)] = value
  }

  /** Where the value is, or would be put. */
  #place(value: bigint): number {
    let place = Number(value & 0x7fff_ffffn) & this.#mask
    while (this.#table[place] !== 0n && this.#table[place] !== value) place = (place + 1) & this.#mask
    return place
  }
}

/**
 * Fingerprints of the newest stored events, exact, at least `capacity / 2` of them. Two generations: when the younger is half of the
 * capacity, the older one goes.
 */
export class RecentIds {
  readonly #half: number
  readonly #forgotten: (values: BigUint64Array, from: number) => void
  #young: FingerprintSet
  #old: FingerprintSet | undefined
  /** Positions from here on are all known. */
  #coveredFrom: number
  #youngFrom: number

  /** `forgotten` gets what goes: all fingerprints from that position to `coveredFrom`. */
  constructor(
    capacity: number,
    coveredFrom: number,
    forgotten: (values: BigUint64Array, from: number) => void = () => undefined,
  ) {
    this.#forgotten = forgotten
    this.#half = Math.max(1, Math.floor(capacity / 2))
    this.#young = new FingerprintSet()
    this.#coveredFrom = coveredFrom
    this.#youngFrom = coveredFrom
  }

  get coveredFrom(): number {
    return this.#coveredFrom
  }

  has(fingerprint: bigint): boolean {
    return this.#young.has(fingerprint) || this.#old?.has(fingerprint) === true
  }

  /** In the order of positions. Nothing after `searchableTo` is forgotten: it could not be looked up. */
  add(fingerprint: bigint, position: number, searchableTo: number): void {
    if (this.#young.size >= this.#half && searchableTo >= this.#youngFrom - 1) {
      if (this.#old) this.#forgotten(this.#old.values(), this.#coveredFrom)
      this.#old = this.#young
      this.#coveredFrom = this.#youngFrom
      this.#young = new FingerprintSet()
      this.#youngFrom = position
    }
    this.#young.add(fingerprint)
  }
}
