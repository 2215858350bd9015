import type { StoreTelemetry } from '../../telemetry/store.ts'
import type { Segment } from './segment-file.ts'
import type { Segments } from './segments.ts'

export interface Limits {
  /** Alerts are kept this long, milliseconds. */
  readonly alertsMs: number
  /** Events without an alert are kept this long. */
  readonly eventsMs: number
  readonly maxSizeBytes: number
}

interface Surroundings {
  /** Absent while the clock is not to be trusted: then nothing is old. */
  readonly nowMs?: number | undefined
  readonly telemetry: StoreTelemetry | undefined
}

/**
 * Drops what is older than its time: first whole segments, then the events of segments whose alerts stay, then the oldest segments while
 * the store is too large. The newest segment always stays. In steps, between which records may be loaded.
 */
export async function* applyLimits(
  segments: Segments,
  limits: Limits,
  { nowMs = -Infinity, telemetry }: Surroundings,
): AsyncGenerator<undefined, void> {
  const past = (): readonly Segment[] => segments.list.slice(0, -1)
  for (const segment of past()) {
    if (segment.lastMs >= nowMs - Math.max(limits.alertsMs, limits.eventsMs)) continue
    await segments.drop(segment)
    telemetry?.expired(segment.day, segment.records, 'they are older than the retention of alerts')
  }
  for (const segment of past()) {
    if (segment.lastMs >= nowMs - limits.eventsMs || segment.alerts === segment.records) continue
    yield* segments.keepAlertsOnly(segment)
    const gone = segment.records - segment.alerts
    telemetry?.expired(segment.day, gone, 'they are older than the retention of events')
  }
  for (const segment of past()) {
    if ((await segments.sizeBytes()) <= limits.maxSizeBytes) return
    await segments.drop(segment)
    telemetry?.expired(segment.day, segment.records, 'the store reached its largest size')
  }
}
