/** One body on its way to the store. */
export interface Passage {
  readonly bytes: number
  readonly sinceMs: number
  /** With all that was on its way then. */
  readonly among: number
}

/** Until something was measured: what a slow machine stores. */
const firstBytesPerMs = 3_000
/** Of a new measurement, so much counts. */
const share = 0.2

/** Bodies received and not durable yet, and how long the next one would wait for them. */
export class Backlog {
  readonly #usualBytes: number
  readonly #now: () => number
  #bytes = 0
  #bytesPerMs = firstBytesPerMs

  /** `usualBytes`: with so much, or less, on its way, nobody waits for anybody, and nothing is learnt about speed. */
  constructor(usualBytes: number, now: () => number) {
    this.#usualBytes = usualBytes
    this.#now = now
  }

  get waitMs(): number {
    return this.#bytes <= this.#usualBytes ? 0 : this.#bytes / this.#bytesPerMs
  }

  begin(bytes: number): Passage {
    this.#bytes += bytes
    return { bytes, sinceMs: this.#now(), among: this.#bytes }
  }

  /** It is durable, or was given up. */
  end({ bytes, sinceMs, among }: Passage): void {
    this.#bytes -= bytes
    if (among <= this.#usualBytes) return
    // What was on its way when it came went before it.
    const bytesPerMs = among / Math.max(1, this.#now() - sinceMs)
    this.#bytesPerMs += share * (bytesPerMs - this.#bytesPerMs)
  }
}
