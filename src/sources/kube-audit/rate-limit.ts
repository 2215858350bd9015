/** A bucket of permissions per client that fills up steadily. Holds at most `most` clients; the one silent for longest is forgotten. */
export class RateLimit {
  readonly #perSecond: number
  readonly #burst: number
  readonly #most: number
  readonly #clients = new Map<string, { left: number; atMs: number }>()

  constructor(perSecond: number, burst: number, most: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#most = most
  }

  /** Takes one permission of the client; false when there is none. */
  take(client: string, nowMs: number): boolean {
    const known = this.#clients.get(client)
    const earned = known ? ((nowMs - known.atMs) / 1000) * this.#perSecond : 0
    const left = known ? Math.min(this.#burst, known.left + Math.max(0, earned)) : this.#burst
    this.#clients.delete(client)
    const [oldest] = this.#clients.size >= this.#most ? this.#clients.keys() : []
    if (oldest !== undefined) this.#clients.delete(oldest)
    this.#clients.set(client, { left: left < 1 ? left : left - 1, atMs: nowMs })
    return left >= 1
  }
}
