import { Counter, Gauge, Histogram } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

/** What was moved since the start: for health, where a person reads it. */
export interface Totals {
  events: number
  alerts: number
  rejected: number
  /** Events by source name. */
  readonly bySource: Map<string, number>
}

export type PipelineTelemetry = ReturnType<typeof pipelineTelemetry>

/** What happens between a source and the store. */
export function pipelineTelemetry({ log, metrics }: Telemetry) {
  const registers = [metrics]
  const labelNames = ['source']
  const events = new Counter({
    name: 'quaywatch_events_total',
    help: 'Events stored.',
    labelNames,
    registers,
  })
  const alerts = new Counter({
    name: 'quaywatch_alerts_total',
    help: 'Alerts raised and stored.',
    labelNames,
    registers,
  })
  const repeated = new Counter({
    name: 'quaywatch_events_repeated_total',
    help: 'Events received again that were stored before.',
    labelNames,
    registers,
  })
  const rejected = new Counter({
    name: 'quaywatch_events_rejected_total',
    help: 'Events without a valid location, which cannot be decoded.',
    labelNames,
    registers,
  })
  const failures = new Counter({
    name: 'quaywatch_append_failures_total',
    help: 'Appends to the store that failed and were tried again.',
    labelNames,
    registers,
  })
  const lag = new Gauge({
    name: 'quaywatch_store_lag_seconds',
    help: 'Arrival to durable of the last batch.',
    labelNames,
    registers,
  })
  const append = new Histogram({
    name: 'quaywatch_append_seconds',
    help: 'Time of one append, waiting for its group included.',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  })
  const memoryFiles = new Counter({
    name: 'quaywatch_memory_file_failures_total',
    help: 'Files with what audit events said before that could not be read or written.',
    registers,
  })
  const totals: Totals = { events: 0, alerts: 0, rejected: 0, bySource: new Map() }
  return {
    totals,
    batchStored(
      source: string,
      counts: { events: number; alerts: number; repeated: number },
      ms: { append: number; lag: number },
    ): void {
      totals.events += counts.events
      totals.alerts += counts.alerts
      totals.bySource.set(source, (totals.bySource.get(source) ?? 0) + counts.events)
      events.inc({ source }, counts.events)
      alerts.inc({ source }, counts.alerts)
      repeated.inc({ source }, counts.repeated)
      append.observe({ source }, ms.append / 1000)
      lag.set({ source }, ms.lag / 1000)
    },
    eventRejected(source: string, id: string): void {
      totals.rejected++
      rejected.inc({ source })
      log.error({ source, id }, 'an event has no valid location and is not evaluated')
    },
    appendFailed(source: string, error: Error, waitMs: number): void {
      failures.inc({ source })
      log.error(
        { source, error: error.message },
        `storing a batch failed; trying again in ${waitMs / 1000} s`,
      )
    },
    sourceStarted(source: string): void {
      log.debug({ source }, 'source started')
    },
    sourceFailed(source: string, error: Error): void {
      log.error({ source, error: error.message }, 'a source ended and will not be started again')
    },
    memoryFileFailed(file: string, error: unknown): void {
      memoryFiles.inc()
      log.error(
        { file, error: String(error) },
        'what audit events said before could not be read or written here',
      )
    },
    memoryRebuilt(count: number, ms: number): void {
      log.info({ events: count, ms: Math.round(ms) }, 'correlation memory rebuilt from stored events')
    },
  }
}
