import path from 'node:path'

import type { Hit, Store } from '../../store/store.ts'
import { fileOutputTelemetry } from '../../telemetry/file-outputs.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { FileFollower, type FileKind } from './file-follower.ts'

export interface FileOutputOptions {
  /** `logs/alerts/alerts.json`. */
  readonly jsonoutOutput: boolean
  /** `logs/archives/archives.json`: every event. */
  readonly logallJson: boolean
  /** `logs/alerts/alerts.log`: needs `alertBlock`. */
  readonly alertsLog: boolean
}

export interface FileOutputParts {
  readonly store: Store
  /** Files lie in `logs/` below it. */
  readonly home: string
  readonly options: FileOutputOptions
  readonly telemetry: Telemetry
  readonly now: () => number
  readonly signal: AbortSignal
  /** The block of `alerts.log` for an alert, with the empty line behind it (spec/rules.md §6.5). */
  readonly alertBlock?: (hit: Hit) => string
}

const line = (hit: Hit) => `${hit.document}\n`
const withoutKeepalive = (hit: Hit) =>
  hit.document.includes('"location":"ossec-keepalive"') ? '' : line(hit)

function kinds({ home, options, alertBlock }: FileOutputParts): readonly FileKind[] {
  const alerts = { folder: path.join(home, 'logs', 'alerts'), prefix: 'ossec-alerts' }
  const archives = { folder: path.join(home, 'logs', 'archives'), prefix: 'ossec-archive' }
  const found: FileKind[] = []
  if (options.jsonoutOutput) {
    const names = { name: 'file:alerts.json', fixedName: 'alerts.json', suffix: '.json' }
    found.push({ ...alerts, ...names, dataset: 'alerts', begins: 'oldest', render: line })
  }
  if (options.alertsLog && alertBlock) {
    const names = { name: 'file:alerts.log', fixedName: 'alerts.log', suffix: '.log' }
    found.push({ ...alerts, ...names, dataset: 'alerts', begins: 'oldest', render: alertBlock })
  }
  if (options.logallJson) {
    const names = { name: 'file:archives.json', fixedName: 'archives.json', suffix: '.json' }
    found.push({ ...archives, ...names, dataset: 'events', begins: 'now', render: withoutKeepalive })
  }
  return found
}

/** Starts what the options ask for. The promise resolves when the signal has aborted and every position is recorded. */
export function startFileOutputs(parts: FileOutputParts): Promise<void> {
  const telemetry = fileOutputTelemetry(parts.telemetry)
  const { store, now, signal } = parts
  const followers = kinds(parts).map((kind) => new FileFollower(kind, { store, now, telemetry }))
  return Promise.all(followers.map((follower) => follower.run(signal))).then(() => undefined)
}
