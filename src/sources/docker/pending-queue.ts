import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Something on its way to a batch. */
export interface Pending {
  /** Nothing is waited for any more. */
  ready: boolean
  /** Monotonic milliseconds: when it goes on, ready or not. */
  readonly goesAtMs: number
}

/**
 * Between the read loop, which must never wait, and the batches, which wait for the store. Keeps the order: an item that waits for its
 * enrichment holds back those behind it, for a quarter of a second at most.
 */
export class PendingQueue<T extends Pending> {
  #items: T[] = []
  #wake: (() => void) | undefined

  get length(): number {
    return this.#items.length
  }

  push(item: T): void {
    this.#items.push(item)
    if (this.#items.length === 1 || item.ready) this.wake()
  }

  /** To be called when an item has become ready. */
  wake(): void {
    this.#wake?.()
  }

  /** At least one item as soon as there is one that may go; none when `signal` aborts. */
  async take(max: number, signal: AbortSignal): Promise<T[]> {
    while (!signal.aborted) {
      const now = performance.now()
      // A process that stood still may hold unread what it waited for.
      if (this.#items.some((item, at) => at < max && !item.ready && item.goesAtMs <= now)) await nextTurn()
      const waiting = this.#items.findIndex((item, at) => at >= max || !(item.ready || item.goesAtMs <= now))
      const count = waiting === -1 ? this.#items.length : waiting
      if (count > 0) return this.#items.splice(0, count)
      const first = this.#items[0]
      await this.#changed(first ? Math.max(1, first.goesAtMs - now) : undefined, signal)
    }
    return []
  }

  /** Everything at once, ready or not. */
  drain(): T[] {
    return this.#items.splice(0)
  }

  #changed(timeoutMs: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.wake(), timeoutMs)
      this.#wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', this.#wake ?? (() => undefined))
        this.#wake = undefined
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
  }
}
