/** Not before; an idle cluster still sends something every few seconds. */
const silentMs = 300_000

/** What comes from one sender: a cluster, or one of its API servers. */
export class Flow {
  /** Events since the start. */
  events = 0
  lastAtMs: number
  /** Of the last body whose age says something. */
  lagMs: number | undefined
  /** Of the last few seconds; `undefined` before they are over. */
  perSecond: number | undefined
  isSilent = false
  bodies = 0
  /** Usual pause between two bodies, smoothed. */
  #pauseMs = 0
  #recent = 0

  constructor(nowMs: number) {
    this.lastAtMs = nowMs
  }

  /** A body became durable. Tells for how long nothing had come when that was too long, else `undefined`. */
  arrived(nowMs: number, events: number, lagMs: number | undefined): number | undefined {
    const pauseMs = nowMs - this.lastAtMs
    const wasSilent = this.isSilent
    if (!wasSilent) this.#pauseMs = 0.9 * this.#pauseMs + 0.1 * pauseMs
    this.isSilent = false
    this.lastAtMs = nowMs
    this.bodies += 1
    this.events += events
    this.#recent += events
    if (lagMs !== undefined) this.lagMs = lagMs
    return wasSilent ? pauseMs : undefined
  }

  /** The rate since it was asked for last. */
  rate(seconds: number): void {
    this.perSecond = this.#recent / seconds
    this.#recent = 0
  }

  /** Once per silence: for how long nothing came. */
  fellSilent(nowMs: number): number | undefined {
    const silentForMs = nowMs - this.lastAtMs
    if (this.isSilent || silentForMs <= Math.max(silentMs, 10 * this.#pauseMs)) return undefined
    this.isSilent = true
    return silentForMs
  }
}
