import { fromSpoolLine, spoolLine, type Outgoing } from './outgoing.ts'
import type { Spool, SpoolPosition } from './spool.ts'

/** What goes to the store next. */
export interface Taken {
  readonly items: readonly Outgoing[]
  /** Where the spool goes on when these are stored; `undefined` leaves it. */
  readonly after: SpoolPosition | undefined
}

/**
 * Between the events that are ready and the store: a few in memory, and as soon as there are more, all of them on disk, also those that are just being
 * stored: what is killed with this process must not be older than what an engine repeats. Keeps their order.
 */
export class Outbox {
  readonly #spool: Spool
  readonly #limit: number
  readonly #failed: (error: unknown) => void
  /** Newer than everything on disk. */
  #front: Outgoing[] = []
  /** Being stored, and not on disk. */
  #offered: readonly Outgoing[] = []
  #wake: (() => void) | undefined
  /** Lines that cannot be read any more. */
  damaged = 0

  constructor(spool: Spool, limit: number, failed: (error: unknown) => void) {
    this.#spool = spool
    this.#limit = limit
    this.#failed = failed
  }

  /** In memory. */
  get length(): number {
    return this.#front.length
  }

  get spooledBytes(): number {
    return this.#spool.isEmpty ? 0 : this.#spool.bytes
  }

  get isFull(): boolean {
    return this.#spool.isFull || this.#front.length > this.#limit * 64
  }

  /** Enough to go on after it was full. */
  get hasRoom(): boolean {
    return this.#spool.hasRoom && this.#front.length <= this.#limit
  }

  /** Resolves when they are in memory or on disk. On a full disk they stay in memory, and the failure is told. Never called twice at a time. */
  async put(items: readonly Outgoing[]): Promise<void> {
    this.#front.push(...items)
    if (!this.#spool.isEmpty || this.#front.length > this.#limit) await this.#moveToDisk()
    this.#wake?.()
  }

  async #moveToDisk(): Promise<void> {
    if (this.#spool.isFull) return
    const moved = this.#front
    this.#front = []
    // Those being stored come first in a new file, and reading begins behind them.
    const offered = this.#spool.isEmpty ? this.#offered : []
    try {
      await this.#spool.append([...offered, ...moved].map(spoolLine), offered.length)
      if (offered === this.#offered) this.#offered = []
    } catch (error) {
      this.#front.unshift(...moved)
      this.#failed(error)
    }
  }

  /** At least one as soon as there is one; none when `signal` aborts. What was taken before counts as stored. */
  async take(max: number, signal: AbortSignal): Promise<Taken> {
    this.#offered = []
    while (!signal.aborted) {
      if (!this.#spool.isEmpty) return this.#takeSpooled(max)
      if (this.#front.length > 0) return this.#takeFront(max)
      await this.#changed(signal)
    }
    return { items: [], after: undefined }
  }

  #takeFront(max: number): Taken {
    this.#offered = this.#front.splice(0, max)
    return { items: this.#offered, after: undefined }
  }

  async #takeSpooled(max: number): Promise<Taken> {
    const { lines, after } = await this.#spool.read(max)
    const items = lines.map(fromSpoolLine).filter((item) => item !== undefined)
    this.damaged += lines.length - items.length
    return { items, after }
  }

  stored(after: SpoolPosition | undefined): Promise<void> {
    this.#offered = []
    return after ? this.#spool.release(after) : Promise.resolve()
  }

  /** Keeps what is in memory for the next start, together with what never came here. */
  async close(unsent: readonly Outgoing[]): Promise<void> {
    this.#front = [...this.#offered, ...this.#front, ...unsent]
    this.#offered = []
    if (this.#front.length > 0) await this.#moveToDisk()
    await this.#spool.close()
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        signal.removeEventListener('abort', this.#wake ?? (() => undefined))
        this.#wake = undefined
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
  }
}
