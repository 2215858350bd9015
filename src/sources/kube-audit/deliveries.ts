import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Batch } from '../../event/batch.ts'
import type { RawEvent } from '../../event/raw-event.ts'

/** Events that are settled together: one request body, or one event of our own. */
export interface Delivery {
  readonly events: readonly RawEvent[]
  readonly settled: (failure?: Error) => void
}

/** Bodies of many connections become one batch of about so many events. */
const batchLength = 500

/** Bodies that wait for the store. The pipeline takes few batches at a time, so what arrives meanwhile goes together. */
export class Deliveries {
  #waiting: Delivery[] = []
  #wake: (() => void) | undefined
  #isClosed = false

  add(delivery: Delivery): void {
    if (this.#isClosed) return delivery.settled(new Error('the manager is stopping'))
    this.#waiting.push(delivery)
    this.#wake?.()
  }

  /** Settles what waits as failed, and everything that comes later. */
  close(): void {
    this.#isClosed = true
    for (const { settled } of this.#waiting.splice(0)) settled(new Error('the manager is stopping'))
    this.#wake?.()
  }

  /** Batches until closed. */
  async *batches(source: string): AsyncGenerator<Batch> {
    while (!this.#isClosed) {
      if (this.#waiting.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        // Bodies that arrive at the same time, on other connections, go together: a commit costs as much for one as for many.
        await nextTurn()
        continue
      }
      const taken = this.#take()
      yield {
        source,
        events: taken.flatMap(({ events }) => events),
        cursor: undefined,
        settle: (failure) => taken.forEach(({ settled }) => settled(failure)),
      }
    }
  }

  #take(): readonly Delivery[] {
    let length = 0
    const full = this.#waiting.findIndex(({ events }) => {
      length += events.length
      return length >= batchLength
    })
    return this.#waiting.splice(0, full < 0 ? this.#waiting.length : full + 1)
  }
}
