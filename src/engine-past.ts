import { memoryOf, remember } from './decode/kube/kube-plugin.ts'
import { KubeMemoryFiles } from './kube-memory-files.ts'
import type { LoadedEngine } from './load-engine.ts'
import { rebuildMemory } from './pipeline/rebuild.ts'
import type { Store } from './store/store.ts'
import type { PipelineTelemetry } from './telemetry/pipeline.ts'

export interface EnginePastParts {
  readonly home: string
  readonly store: Store
  readonly telemetry: PipelineTelemetry
  readonly now: () => number
}

/** Gives an engine what one before it knew: the stored events that its rules still look back at, and what clusters said before those. */
export class EnginePast {
  readonly #parts: EnginePastParts
  readonly #files: KubeMemoryFiles
  /** An engine that was stopped while it was given its past knows too little to be kept. */
  readonly #complete = new WeakSet<LoadedEngine>()

  constructor(parts: EnginePastParts) {
    this.#parts = parts
    this.#files = new KubeMemoryFiles(parts.home, (file, error) =>
      parts.telemetry.memoryFileFailed(file, error),
    )
  }

  /** An interrupted correlation goes on as if nothing had happened. */
  async rebuild(loaded: LoadedEngine, signal: AbortSignal): Promise<void> {
    const { engine, longestTimeframeMs } = loaded
    const { store, telemetry, now } = this.#parts
    const began = now()
    const { memory, untilMs } = await this.#files.before(began - longestTimeframeMs)
    remember(engine.decoder, memory)
    const count = await rebuildMemory(store, engine, untilMs, signal)
    if (!signal.aborted) this.#complete.add(loaded)
    if (count > 0) telemetry.memoryRebuilt(count, now() - began)
  }

  /** For `rebuild` in an hour, or after a restart. Never rejects. */
  async keep(loaded: LoadedEngine): Promise<void> {
    if (!this.#complete.has(loaded)) return
    const { engine, longestTimeframeMs } = loaded
    const nowMs = this.#parts.now()
    await this.#files.write(memoryOf(engine.decoder), nowMs, nowMs - longestTimeframeMs)
  }
}
