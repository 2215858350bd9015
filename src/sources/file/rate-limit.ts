/** Held back lines are told about at most this often. */
const tellAfterMs = 10_000

/**
 * Lets a steady rate and a burst through. Time is what the lines themselves carry, so that reading a backlog quickly suppresses nothing
 * that came slowly, and the same lines give the same result.
 */
export class RateLimit {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #lastMs = 0
  /** Lines held back since `takeSuppressed`. */
  #suppressed = 0
  #suppressedSinceMs = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#burst = perSecond * 10
    this.#tokens = this.#burst
  }

  /** `atMs`: when the line was written; `nowMs`: the wall clock. */
  allows(atMs: number, nowMs: number): boolean {
    const writtenMs = Number.isNaN(atMs) ? this.#lastMs : atMs
    const elapsedMs = writtenMs - this.#lastMs
    // A clock that was set back begins a new measurement.
    if (elapsedMs < -60_000) this.#tokens = this.#burst
    else if (elapsedMs > 0)
      this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs * this.#perSecond) / 1000)
    if (elapsedMs > 0 || elapsedMs < -60_000) this.#lastMs = writtenMs
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return true
    }
    if (this.#suppressed === 0) this.#suppressedSinceMs = nowMs
    this.#suppressed += 1
    return false
  }

  /** Lines were held back that nobody was told about. */
  get isHolding(): boolean {
    return this.#suppressed > 0
  }

  /** How many lines were held back, once the first of them is old enough to be told; then counts anew. */
  takeSuppressed(nowMs: number): number {
    if (this.#suppressed === 0 || nowMs - this.#suppressedSinceMs < tellAfterMs) return 0
    return this.takeAllSuppressed()
  }

  takeAllSuppressed(): number {
    const count = this.#suppressed
    this.#suppressed = 0
    return count
  }
}
