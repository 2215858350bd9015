import { createWriteStream } from 'node:fs'

import { multistream, pino, stdTimeFunctions, type Level } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'

import type { Telemetry } from './telemetry.ts'
import { printable } from './printable.ts'

interface LogLine {
  readonly level: number
  readonly time: string
  readonly msg?: string
  readonly [name: string]: unknown
}

const words: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
}

/** One log line for a person: `10:21:07 warning the webhook refused a client (reason: expired, peer: 10.0.0.9)`. */
export function humanLine(json: string): string {
  const { level, time, msg = '', ...facts }: LogLine = JSON.parse(json)
  const shown = Object.entries(facts).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const tail = shown.length > 0 ? ` (${shown.join(', ')})` : ''
  return `${time.slice(11, 19)} ${words[level] ?? level} ${printable(msg + tail)}\n`
}

export interface TelemetryOptions {
  readonly level: Level
  /** JSON lines are appended here; `undefined` writes no file. */
  readonly logFile?: string
  /** Where people read: usually `process.stderr`. */
  readonly console?: { write(text: string): unknown }
}

export interface RunningTelemetry extends Telemetry {
  /** Writes what is buffered. */
  close(): Promise<void>
}

export function startTelemetry({ level, logFile, console: terminal }: TelemetryOptions): RunningTelemetry {
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a', mode: 0o640 })
  // A full disk must not end the process: the terminal still gets every line.
  file?.on('error', (error) => terminal?.write(`the log file cannot be written: ${error.message}\n`))
  const streams = [
    ...(file ? [{ level, stream: file }] : []),
    ...(terminal
      ? [{ level, stream: { write: (json: string) => void terminal.write(humanLine(json)) } }]
      : []),
  ]
  const log = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, multistream(streams))
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  const close = () =>
    new Promise<void>((resolve) => {
      if (file && !file.errored) file.end(() => resolve())
      else resolve()
    })
  return { log, metrics, close }
}
