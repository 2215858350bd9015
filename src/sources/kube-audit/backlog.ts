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

export interface BacklogOptions {
  /** With so much, or less, on its way, nobody waits for anybody, and nothing is learnt about speed. */
  readonly usualBytes: number
  /** What is more than this stands in line. */
  readonly atOnceBytes: number
}

/**
 * Bodies received and not durable yet, and how long the next one would wait for them: by what was learnt of their speed, and when they stand in line at least
 * as long as the oldest is on its way already, because nothing is learnt while everything stands still.
 */
export class Backlog {
  readonly #options: BacklogOptions
  readonly #now: () => number
  /** Oldest first. */
  readonly #passages = new Set<Passage>()
  #bytes = 0
  #bytesPerMs = firstBytesPerMs

  constructor(options: BacklogOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  get waitMs(): number {
    const { usualBytes, atOnceBytes } = this.#options
    if (this.#bytes <= usualBytes) return 0
    return Math.max(this.#bytes / this.#bytesPerMs, this.#bytes > atOnceBytes ? this.oldestMs : 0)
  }

  /** For how long the oldest has been on its way; 0 when nothing is. */
  get oldestMs(): number {
    const [oldest] = this.#passages
    return oldest === undefined ? 0 : this.#now() - oldest.sinceMs
  }

  begin(bytes: number): Passage {
    this.#bytes += bytes
    const passage = { bytes, sinceMs: this.#now(), among: this.#bytes }
    this.#passages.add(passage)
    return passage
  }

  /** It is durable, or was given up. */
  end(passage: Passage): void {
    const { bytes, sinceMs, among } = passage
    this.#passages.delete(passage)
    this.#bytes -= bytes
    if (among <= this.#options.usualBytes) return
    // What was on its way when it came went before it.
    const bytesPerMs = among / Math.max(1, this.#now() - sinceMs)
    this.#bytesPerMs += share * (bytesPerMs - this.#bytesPerMs)
  }
}
