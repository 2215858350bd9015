import { setTimeout as sleep } from 'node:timers/promises'

import type { RunningSource } from './manager-health.ts'
import { ingest, type IngestParts } from './pipeline/ingest.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** A source that has not said how it is by then is shown as it is. Only an engine that does not answer takes that long; a busy machine takes seconds to listen. */
const settleMs = 10_000

export interface ManagedSourcesParts {
  readonly ingest: IngestParts
  readonly log: Telemetry['log']
  /** A source gave up; the others go on. */
  readonly ended: (source: string, reason: string) => void
}

/** The sources of a manager, from their start to their end. */
export class ManagedSources {
  readonly #parts: ManagedSourcesParts
  readonly #running: RunningSource[] = []

  constructor(parts: ManagedSourcesParts) {
    this.#parts = parts
  }

  get all(): readonly RunningSource[] {
    return this.#running
  }

  /** Resolves when all have ended, each for itself. Two of one name would share a cursor: the first wins. */
  async run(sources: readonly RunningSource[], signal: AbortSignal): Promise<void> {
    for (const running of sources) {
      const { name } = running.source
      if (this.#running.some(({ source }) => source.name === name))
        this.#parts.log.warn({ source: name }, 'configured twice; only the first is used')
      else this.#running.push(running)
    }
    await Promise.all(this.#running.map((running) => this.#runOne(running, signal)))
  }

  /** One source ending must not end the others; it is said loudly, and shown by `health`. */
  async #runOne(running: RunningSource, signal: AbortSignal): Promise<void> {
    const { source } = running
    try {
      await ingest(source, this.#parts.ingest, signal)
    } catch (error) {
      if (signal.aborted) return
      const reason = error instanceof Error ? error : new Error(String(error))
      this.#parts.ingest.telemetry.sourceFailed(source.name, reason)
      running.failure = reason.message
      this.#parts.ended(source.name, reason.message)
    }
  }

  /** What the start-up lines say of a source is worth a short wait; webhooks must be listening before we call ourselves ready. */
  async settled(): Promise<void> {
    const deadline = Date.now() + settleMs
    while (!this.#running.every(isSettled) && Date.now() < deadline) await sleep(20)
  }
}

function isSettled({ source, failure }: RunningSource): boolean {
  if (failure !== undefined) return true
  const { state, advice } = source.status()
  return state !== 'waiting' || advice !== undefined
}
