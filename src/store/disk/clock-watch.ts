const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Says whether ages may be judged by the wall clock. A clock that was set forward makes everything look old; nothing is deleted for its age until it has
 * kept its new time for a day, and nobody set it back. A gap between the newest record and the start may be such a clock too: that waits an hour.
 */
export class ClockWatch {
  readonly #wall: () => number
  readonly #monotonic: () => number
  readonly #jumped: (byMs: number) => void
  #last: { readonly wallMs: number; readonly monotonicMs: number }
  #distrustedUntil = -Infinity

  /** `monotonic` never jumps; `jumped` is told by how many milliseconds the wall clock did. */
  constructor(
    clocks: { readonly wall: () => number; readonly monotonic: () => number },
    newestMs: number | undefined,
    jumped: (byMs: number) => void,
  ) {
    this.#wall = clocks.wall
    this.#monotonic = clocks.monotonic
    this.#jumped = jumped
    this.#last = { wallMs: this.#wall(), monotonicMs: this.#monotonic() }
    const gapMs = newestMs === undefined ? 0 : this.#last.wallMs - newestMs
    if (gapMs > dayMs) this.#distrustedUntil = this.#last.monotonicMs + hourMs
  }

  /** Looks at both clocks. Called every now and then. */
  check(): void {
    const { wallMs, monotonicMs } = this.#last
    this.#last = { wallMs: this.#wall(), monotonicMs: this.#monotonic() }
    const byMs = this.#last.wallMs - wallMs - (this.#last.monotonicMs - monotonicMs)
    if (Math.abs(byMs) < hourMs) return
    this.#distrustedUntil = byMs > 0 ? this.#last.monotonicMs + dayMs : -Infinity
    this.#jumped(byMs)
  }

  /** Milliseconds since 1970 to judge ages by; `undefined` when the clock is not to be trusted. */
  trusted(): number | undefined {
    this.check()
    return this.#last.monotonicMs < this.#distrustedUntil ? undefined : this.#last.wallMs
  }
}
