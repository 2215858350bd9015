import { randomUUID } from 'node:crypto'

import { toByteString } from '../../event/byte-string.ts'
import type { Batch } from '../../event/batch.ts'
import { RawEvent } from '../../event/raw-event.ts'
import type { Source } from '../source.ts'

/** What this process tells about itself; becomes `quaywatch.<name>` fields for rules 409000–409199. */
export interface OwnEvent {
  /** `started`, `store-damaged`, `change`, … */
  readonly kind: string
  readonly [name: string]: unknown
}

export interface SelfSource extends Source {
  /** Resolves when the event is durable; rejects when the process stops before. */
  record(event: OwnEvent): Promise<void>
}

interface Waiting {
  readonly event: RawEvent
  readonly done: () => void
  readonly failed: (reason: Error) => void
}

const longestQueue = 10_000

/** Events of the manager itself, on the same path as everything else. */
export function selfSource(now: () => number): SelfSource {
  let queue: Waiting[] = []
  let wake: (() => void) | undefined
  let lastEventAtMs: number | undefined

  function record(facts: OwnEvent): Promise<void> {
    if (queue.length >= longestQueue)
      return Promise.reject(new Error('too many events of the manager itself wait for the store'))
    const receivedAtMs = now()
    const text = JSON.stringify({ integration: 'quaywatch', quaywatch: facts })
    const parts = {
      id: `self:${randomUUID()}`,
      source: 'self',
      location: 'quaywatch',
      receivedAtMs,
      text: toByteString(text),
    }
    lastEventAtMs = receivedAtMs
    return new Promise((resolve, reject) => {
      queue.push({ event: new RawEvent(parts), done: resolve, failed: reject })
      wake?.()
    })
  }

  async function* read(_from: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    while (!signal.aborted) {
      if (queue.length === 0) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        await Promise.race([woken, aborted])
        continue
      }
      const taken = queue
      queue = []
      yield {
        source: 'self',
        events: taken.map(({ event }) => event),
        cursor: undefined,
        settle: (failure) => taken.forEach(({ done, failed }) => (failure ? failed(failure) : done())),
      }
    }
    for (const { failed } of queue) failed(new Error('the manager is stopping'))
  }

  const status = () => ({
    state: 'running' as const,
    detail: 'events of the manager itself',
    ...(lastEventAtMs === undefined ? {} : { lastEventAtMs }),
  })
  return { name: 'self', read, record, status }
}
