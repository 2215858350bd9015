import { RawEvent } from '../../event/raw-event.ts'
import type { Source } from '../source.ts'
import { auditEvents } from './audit-events.ts'
import { fileBodies } from './file-bodies.ts'

export interface ImportOptions {
  readonly files: readonly string[]
  readonly cluster: string
  readonly now: () => number
  readonly progress: (file: string, done: number, events: number) => void
  readonly refused: (file: string, reason: string) => void
}

/** The time the event happened, never in the future: rules that count in a window must see the pace of then. */
function timeOf(event: RawEvent, nowMs: number): number {
  const { tree } = event
  const stamp =
    typeof tree === 'object' && tree !== null && 'stageTimestamp' in tree ? tree.stageTimestamp : undefined
  const parsed = typeof stamp === 'string' ? Date.parse(stamp) : NaN
  return Number.isNaN(parsed) ? nowMs : Math.min(parsed, nowMs)
}

/** Audit events from exported files; ends with the last file. */
export function importFiles({ files, cluster, now, progress, refused }: ImportOptions): Source {
  let detail = 'not started'
  async function* read(_from: string | undefined, signal: AbortSignal) {
    for (const file of files) {
      let count = 0
      for await (const { body, done } of fileBodies(file)) {
        if (signal.aborted) return
        const found = auditEvents(body, { cluster, receivedAtMs: now() })
        if ('refused' in found) {
          refused(file, found.refused)
          continue
        }
        const events = found.events.map(
          (event) => new RawEvent({ ...partsOf(event), receivedAtMs: timeOf(event, now()) }),
        )
        yield { source: 'kube-audit', events, cursor: undefined, settle: () => undefined }
        count += events.length
        detail = `${file}: ${count} events`
        progress(file, done, count)
      }
    }
  }
  return { name: 'kube-audit', read, status: () => ({ state: 'running', detail }) }
}

function partsOf(event: RawEvent) {
  const { id, source, location, tree } = event
  return { id, source, location, tree, text: () => event.text }
}
