const buckets = 2 ** 16

/**
 * Many fingerprints in 3.5 bytes each instead of 16: sorted into buckets by their first 16 bits, of the rest 24 bits are kept. A value that is in it is
 * always found; one that is not is found once in two million times, so a find has to be looked up.
 */
export class PackedIds {
  /** Where each bucket begins. */
  readonly #starts = new Uint32Array(buckets + 1)
  readonly #high: Uint16Array
  readonly #low: Uint8Array

  constructor(values: BigUint64Array) {
    this.#high = new Uint16Array(values.length)
    this.#low = new Uint8Array(values.length)
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let at = 1; at < words.length; at += 2) {
      const next = ((words[at] ?? 0) >>> 16) + 1
      this.#starts[next] = (this.#starts[next] ?? 0) + 1
    }
    for (let bucket = 0; bucket < buckets; bucket++)
      this.#starts[bucket + 1] = (this.#starts[bucket + 1] ?? 0) + (this.#starts[bucket] ?? 0)
    const free = this.#starts.slice()
    for (let at = 1; at < words.length; at += 2) {
      const word = words[at] ?? 0
      const place = free[word >>> 16] ?? 0
      free[word >>> 16] = place + 1
      this.#high[place] = word & 0xffff
      this.#low[place] = (words[at - 1] ?? 0) >>> 24
    }
  }

  get sizeBytes(): number {
    return this.#high.length * 3 + this.#starts.byteLength
  }

  /** `upper`: the upper half of the fingerprint; `lowest`: the highest byte of its lower half. */
  has(upper: number, lowest: number): boolean {
    const bucket = upper >>> 16
    const high = upper & 0xffff
    const end = this.#starts[bucket + 1] ?? 0
    for (let at = this.#starts[bucket] ?? 0; at < end; at++)
      if (this.#high[at] === high && this.#low[at] === lowest) return true
    return false
  }
}
