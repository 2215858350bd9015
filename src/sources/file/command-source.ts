import type { Batch, Cursor } from '../../event/batch.ts'
import { fromByteString, type ByteString } from '../../event/byte-string.ts'
import { RawEvent } from '../../event/raw-event.ts'
import type { FileTelemetry } from '../../telemetry/file.ts'
import type { Source, SourceStatus } from '../source.ts'
import { commandEvents } from './command-output.ts'
import type { Rendered } from './out-format.ts'
import { sourceName } from './renderer.ts'
import { runCommand } from './run-command.ts'

export interface CommandParts {
  readonly name: string
  /** As written: run through the shell. */
  readonly command: ByteString
  /** What it is called in events; the command itself without an alias. */
  readonly alias: ByteString
  /** The whole output is one event. */
  readonly isFull: boolean
  readonly everyMs: number
  readonly isWanted: (text: ByteString) => boolean
  readonly outFormat: ((event: Rendered) => ByteString) | undefined
  readonly now: () => number
  readonly telemetry: FileTelemetry
}

const longestTimeoutMs = 300_000
const shortestTimeoutMs = 10_000
const outputBytes = 1024 * 1024
const eventsPerBatch = 1000
/** A command that takes longer than its period is not run without a break. */
const shortestRestMs = 1000

/** Runs the command of one `<localfile>` block now and again; what it prints are events. */
export class CommandSource implements Source {
  readonly name: string
  readonly #parts: CommandParts
  #lastEventAtMs: number | undefined
  #status: SourceStatus

  constructor(parts: CommandParts) {
    this.name = parts.name
    this.#parts = parts
    this.#status = { state: 'waiting', detail: 'was not run yet' }
  }

  status(): SourceStatus {
    return this.#lastEventAtMs === undefined
      ? this.#status
      : { ...this.#status, lastEventAtMs: this.#lastEventAtMs }
  }

  async *read(_from: Cursor | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const { now, everyMs } = this.#parts
    while (!signal.aborted) {
      const startedAtMs = now()
      const events = await this.#run(startedAtMs, signal)
      for (let at = 0; at < events.length && !signal.aborted; at += eventsPerBatch)
        yield {
          source: this.name,
          events: events.slice(at, at + eventsPerBatch),
          cursor: undefined,
          settle: () => undefined,
        }
      await pause(Math.max(shortestRestMs, startedAtMs + everyMs - now()), signal)
    }
  }

  async #run(startedAtMs: number, signal: AbortSignal): Promise<RawEvent[]> {
    const { command, everyMs, now, telemetry } = this.#parts
    const timeoutMs = Math.min(longestTimeoutMs, Math.max(shortestTimeoutMs, everyMs))
    const line = fromByteString(command)
    const { output, ending } = await runCommand(line, { timeoutMs, outputBytes }, signal)
    if (ending === 'stopped') return []
    const tookMs = now() - startedAtMs
    this.#status = statusOf(ending, tookMs, everyMs)
    if (ending !== 'ended') telemetry.commandFailed(this.name, ending, tookMs)
    const events = this.#eventsOf(output.toString('latin1'), startedAtMs)
    if (events.length > 0) this.#lastEventAtMs = now()
    return events
  }

  #eventsOf(output: ByteString, startedAtMs: number): RawEvent[] {
    const { alias, command, isFull, isWanted, outFormat, now, telemetry } = this.#parts
    const texts = commandEvents(alias, output, isFull)
    const wanted = texts.filter(isWanted)
    const tally = { lines: texts.length, bytes: output.length, cut: 0, notJson: 0, suppressed: 0 }
    telemetry.batchRead(this.name, { ...tally, filtered: texts.length - wanted.length })
    const receivedAtMs = now()
    return wanted.map((log, at) => {
      const text = outFormat?.({ log, location: alias, nowMs: receivedAtMs, command }) ?? log
      const id = `${this.name}:${startedAtMs}:${process.pid}:${at}`
      return new RawEvent({ id, source: sourceName, location: alias, receivedAtMs, text })
    })
  }
}

function statusOf(ending: string, tookMs: number, everyMs: number): SourceStatus {
  const detail = `runs every ${everyMs / 1000} s; took ${(tookMs / 1000).toFixed(1)} s`
  if (ending === 'timeout')
    return { state: 'waiting', detail: `${detail} and was ended`, advice: 'Make the command faster.' }
  if (ending === 'too-much-output')
    return {
      state: 'running',
      detail: `${detail} and printed more than 1 MiB, of which the rest is left out`,
      advice: 'Let the command print less.',
    }
  if (ending === 'not-started')
    return { state: 'waiting', detail: 'cannot be run', advice: 'There must be a shell at /bin/sh.' }
  return { state: 'running', detail }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
