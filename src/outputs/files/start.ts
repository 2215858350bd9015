import path from 'node:path'

import type { Hit, Store } from '../../store/store.ts'
import { fileOutputTelemetry } from '../../telemetry/file-outputs.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { alertText, archiveText, type TextHelp } from './alert-text.ts'
import { FileFollower, type FileKind } from './file-follower.ts'
import type { OutputReport } from './outage.ts'

export interface FileOutputOptions {
  /** `logs/alerts/alerts.json`. */
  readonly jsonoutOutput: boolean
  /** `logs/archives/archives.json`: every event. */
  readonly logallJson: boolean
  /** `logs/archives/archives.log`: the same as text. */
  readonly logall: boolean
  /** `logs/alerts/alerts.log`: text blocks. */
  readonly alertsLog: boolean
  /** Seconds after which a new file begins within the day; 0: never. */
  readonly rotateInterval: number
  /** Bytes from which on a new file begins; 0: never. */
  readonly maxOutputSize: number
}

export interface FileOutputParts {
  readonly store: Store
  /** Files lie in `logs/` below it. */
  readonly home: string
  readonly options: FileOutputOptions
  readonly telemetry: Telemetry
  readonly now: () => number
  readonly signal: AbortSignal
  /** For the text forms. */
  readonly help: TextHelp
  /** A file cannot be written, or is written again. Must not throw. */
  readonly report?: (report: OutputReport) => void
}

type Json = Readonly<Record<string, unknown>>

const line = (hit: Hit) => `${hit.document}\n`
/** The location ends a document; anywhere else it is what an event says of itself. */
const isKeepalive = (hit: Hit) => hit.document.endsWith('"location":"ossec-keepalive"}')

function kinds({ home, options, store, help }: FileOutputParts): readonly FileKind[] {
  const alerts = { folder: path.join(home, 'logs', 'alerts'), prefix: 'ossec-alerts' }
  const archives = { folder: path.join(home, 'logs', 'archives'), prefix: 'ossec-archive' }
  const found: FileKind[] = []
  if (options.jsonoutOutput) {
    const names = { name: 'file:alerts.json', fixedName: 'alerts.json', suffix: '.json' }
    found.push({ ...alerts, ...names, dataset: 'alerts', begins: 'oldest', render: line })
  }
  if (options.alertsLog) {
    const names = { name: 'file:alerts.log', fixedName: 'alerts.log', suffix: '.log' }
    const render = (hit: Hit) => block(hit, store, help)
    found.push({ ...alerts, ...names, dataset: 'alerts', begins: 'now', render })
  }
  if (options.logallJson) {
    const names = { name: 'file:archives.json', fixedName: 'archives.json', suffix: '.json' }
    const render = (hit: Hit) => (isKeepalive(hit) ? '' : line(hit))
    found.push({ ...archives, ...names, dataset: 'events', begins: 'now', render })
  }
  if (options.logall) {
    const names = { name: 'file:archives.log', fixedName: 'archives.log', suffix: '.log' }
    const render = (hit: Hit) => (isKeepalive(hit) ? '' : archiveText(parsed(hit), help))
    found.push({ ...archives, ...names, dataset: 'events', begins: 'now', render })
  }
  return found
}

/** A document without the message (`no_full_log`) has it in the archive. */
function block(hit: Hit, store: Store, help: TextHelp): string | Promise<string> {
  const document = parsed(hit)
  if ('full_log' in document) return alertText(document, help)
  return store.event(hit.eventId).then((event) => {
    const message = event && parsed(event)['full_log']
    return alertText(document, help, typeof message === 'string' ? message : '')
  })
}

function parsed(hit: Hit): Json {
  const document: Json = JSON.parse(hit.document) // written by the engine
  return document
}

/** Starts what the options ask for. The promise resolves when the signal has aborted and every position is recorded. */
export function startFileOutputs(parts: FileOutputParts): Promise<void> {
  const telemetry = fileOutputTelemetry(parts.telemetry)
  const { store, now, signal, options } = parts
  const rotation = { intervalMs: options.rotateInterval * 1000, maxBytes: options.maxOutputSize }
  const report = parts.report ?? (() => undefined)
  const followers = kinds(parts).map(
    (kind) => new FileFollower(kind, { store, now, telemetry, rotation, report }),
  )
  return Promise.all(followers.map((follower) => follower.run(signal))).then(() => undefined)
}
