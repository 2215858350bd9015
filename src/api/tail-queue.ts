import type { Hit } from '../store/store.ts'

/** What one live tail has not yet been sent: bounded, the oldest go first, and how many went is told. */
export class TailQueue {
  readonly #limit: number
  #hits: Hit[] = []
  #dropped = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#hits.length
  }

  push(hits: readonly Hit[]): void {
    this.#hits.push(...hits)
    const over = this.#hits.length - this.#limit
    if (over <= 0) return
    this.#hits = this.#hits.slice(over)
    this.#dropped += over
  }

  /** Up to `most` hits in order of arrival, and how many were dropped before them since the last call. */
  take(most: number): { readonly hits: readonly Hit[]; readonly dropped: number } {
    const hits = this.#hits.splice(0, most)
    const dropped = this.#dropped
    this.#dropped = 0
    return { hits, dropped }
  }
}
