import type { SourceStatus } from '../source.ts'
import { explain } from './advice.ts'
import { pause } from './pause.ts'
import { EngineSession, type EngineMemory } from './engine-session.ts'

/** Waits before connecting again, milliseconds. */
export interface RetryPolicy {
  readonly firstMs: number
  readonly longestMs: number
  /** Per outage; `undefined` never gives up. */
  readonly attempts: number | undefined
  /** From 0 up to 1. */
  readonly random: () => number
}

/** Grows from the first wait to the longest; between half and all of it, so that many listeners do not return at once. */
export function retryWait({ firstMs, longestMs, random }: RetryPolicy, failures: number): number {
  const wait = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16))
  return Math.round(wait / 2 + (random() * wait) / 2)
}

/** What the listener says of itself (spec/configuration.md §2.4). */
export type StatusText =
  | 'Connected to Docker service'
  | 'Disconnected from the Docker service'
  | 'Docker service is not running'

export interface ReaderParts {
  readonly memory: Omit<EngineMemory, 'connected'>
  readonly retry: RetryPolicy
  readonly say: (text: StatusText) => void
  /** Resolves when there is room again. */
  readonly room: (signal: AbortSignal) => Promise<void>
  /** Called at every connection. */
  readonly returned?: () => void
}

/** Keeps one engine connected for as long as the source runs. */
export class EngineReader {
  readonly #parts: ReaderParts
  #status: SourceStatus
  #failures = 0
  #wasConnected = false
  #session: EngineSession | undefined

  constructor(parts: ReaderParts) {
    this.#parts = parts
    this.#status = { state: 'waiting', detail: `connecting to ${parts.memory.api.address}` }
  }

  status(): SourceStatus {
    return this.#status
  }

  /** After this process stood still. */
  audit(): void {
    void this.#session?.audit()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { retry, memory } = this.#parts
    while (!signal.aborted) {
      await this.#connectOnce(signal)
      if (signal.aborted) return
      if (retry.attempts !== undefined && this.#failures >= retry.attempts) {
        memory.telemetry.gaveUp(memory.api.address, this.#failures)
        this.#status = {
          ...this.#status,
          state: 'stopped',
          detail: `${this.#status.detail}; gave up after ${this.#failures} attempts`,
        }
        return
      }
      await this.#parts.room(signal)
      await pause(retryWait(retry, this.#failures), signal)
    }
  }

  async #connectOnce(signal: AbortSignal): Promise<void> {
    const { memory, say } = this.#parts
    let connected = false
    try {
      const onConnected = (version: string): void => {
        connected = true
        this.#onConnected(version)
      }
      this.#session = new EngineSession({ ...memory, connected: onConnected }, signal)
      const reason = await this.#session.run()
      this.#status = { state: 'waiting', detail: `connecting again to ${memory.api.address}: ${reason}` }
      if (signal.aborted) return
      memory.telemetry.disconnected(memory.api.address, reason)
    } catch (error) {
      if (signal.aborted) return
      this.#onFailure(error, connected)
    } finally {
      this.#session = undefined
    }
    if (connected) say('Disconnected from the Docker service')
    if (!connected) this.#failures += 1
  }

  #onConnected(version: string): void {
    const { memory, say } = this.#parts
    this.#failures = 0
    this.#wasConnected = true
    this.#status = { state: 'running', detail: `listening to Docker ${version} at ${memory.api.address}` }
    memory.telemetry.connected(memory.api.address, version)
    say('Connected to Docker service')
    this.#parts.returned?.()
  }

  #onFailure(error: unknown, connected: boolean): void {
    const { memory, say } = this.#parts
    const { detail, advice } = explain(error, memory.api.address)
    const before = this.#status.detail
    this.#status = { state: 'waiting', detail, advice }
    if (connected) memory.telemetry.disconnected(memory.api.address, detail)
    else if (before !== detail) memory.telemetry.unreachable(memory.api.address, detail, advice)
    if (!connected && this.#failures === 0 && !this.#wasConnected) say('Docker service is not running')
  }
}
