import pino from 'pino'
import { Registry } from 'prom-client'
import type { Cursor } from '../../src/event/batch.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import type { Source } from '../../src/sources/source.ts'
import type { SourceContext } from '../../src/sources/source-type.ts'
import { patienceMs } from './manager-process.ts'

export function quietContext(home: string): SourceContext {
  const telemetry = { log: pino({ level: 'silent' }), metrics: new Registry() }
  return { telemetry, now: () => Date.now(), home, hostName: 'test', listening: () => undefined }
}

/** Reads a source, settles every batch at once and keeps the events. */
export class CollectedSource {
  readonly events: RawEvent[] = []
  cursor: Cursor | undefined
  readonly #stop = new AbortController()
  readonly #done: Promise<void>
  #woken: () => void = () => undefined

  constructor(source: Source, from?: Cursor) {
    this.cursor = from
    this.#done = this.#read(source, from)
  }

  /** Resolves with the first event, already there or still to come, that `wanted` accepts; rejects after `withinMs`. */
  async until(what: string, wanted: (text: string) => boolean, withinMs = patienceMs): Promise<RawEvent> {
    const deadline = Date.now() + withinMs
    for (;;) {
      const found = this.events.find((event) => wanted(event.text))
      if (found) return found
      const left = deadline - Date.now()
      if (left <= 0)
        throw new Error(`no event within ${withinMs} ms: ${what}; there are\n${this.texts().join('\n')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#woken = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  texts(): string[] {
    return this.events.map((event) => event.text)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  async #read(source: Source, from: Cursor | undefined): Promise<void> {
    for await (const batch of source.read(from, this.#stop.signal)) {
      this.events.push(...batch.events)
      this.cursor = batch.cursor
      batch.settle()
      this.#woken()
    }
  }
}
