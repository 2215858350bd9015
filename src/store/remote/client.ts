import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'

import type { Dataset, Followed, Page, Position, ReplayedEvent, SearchRequest, StoreStats } from '../store.ts'
import type { BackedUp, Compacted, Verified } from '../kept-store.ts'
import type { Answer, Request } from './protocol.ts'

/** Nobody listens there: no manager runs on this home. */
export class NoServer extends Error {}

/** What other processes may ask of the store that a manager has open. */
export class RemoteStore {
  readonly #socketPath: string

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  async search(request: SearchRequest, signal: AbortSignal): Promise<Page> {
    return only(this.#ask<Page>({ ask: 'search', request }, signal))
  }

  async stats(): Promise<StoreStats> {
    return only(this.#ask<StoreStats>({ ask: 'stats' }, new AbortController().signal))
  }

  async verify(): Promise<Verified> {
    return only(this.#ask<Verified>({ ask: 'verify' }, new AbortController().signal))
  }

  async compact(): Promise<Compacted> {
    return only(this.#ask<Compacted>({ ask: 'compact' }, new AbortController().signal))
  }

  async backup(target: string): Promise<BackedUp> {
    return only(this.#ask<BackedUp>({ ask: 'backup', target }, new AbortController().signal))
  }

  replay(sinceMs: number, signal: AbortSignal, untilMs: number): AsyncIterable<readonly ReplayedEvent[]> {
    return this.#ask<readonly ReplayedEvent[]>({ ask: 'replay', sinceMs, untilMs }, signal)
  }

  follow(dataset: Dataset, after: Position | undefined, signal: AbortSignal): AsyncIterable<Followed> {
    return this.#ask<Followed>({ ask: 'follow', dataset, after }, signal)
  }

  async *#ask<T>(request: Request, signal: AbortSignal): AsyncIterable<T> {
    const socket = createConnection({ path: this.#socketPath, signal })
    const failed = new Promise<never>((_, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? new NoServer() : error),
      )
    })
    failed.catch(() => undefined)
    const connected = new Promise<void>((resolve) => socket.once('connect', resolve))
    try {
      await Promise.race([connected, failed])
      socket.write(`${JSON.stringify(request)}\n`)
      for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
        const answer: Answer<T> = JSON.parse(line) // from a manager of the same user
        if ('error' in answer) throw new Error(answer.error)
        yield answer.result
      }
    } finally {
      socket.destroy()
    }
  }
}

async function only<T>(answers: AsyncIterable<T>): Promise<T> {
  for await (const answer of answers) return answer
  throw new Error('the manager ended the connection without an answer')
}
