import { Counter, Gauge, Histogram } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

export type StoreTelemetry = ReturnType<typeof storeTelemetry>

/** What happens inside the store. */
export function storeTelemetry({ log, metrics }: Telemetry) {
  const registers = [metrics]
  const commit = new Histogram({
    name: 'quaywatch_store_commit_seconds',
    help: 'Time to make one group of appends durable.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  })
  const bytes = new Counter({
    name: 'quaywatch_store_committed_bytes_total',
    help: 'Bytes written to the commit log.',
    registers,
  })
  const waiting = new Gauge({
    name: 'quaywatch_store_waiting_files',
    help: 'Full commit log files that no segment holds yet.',
    registers,
  })
  const lost = new Counter({
    name: 'quaywatch_store_damaged_files_total',
    help: 'Files of the store that could not be read and were set aside.',
    registers,
  })
  const dropped = new Counter({
    name: 'quaywatch_store_expired_records_total',
    help: 'Records deleted because of retention.',
    registers,
  })
  return {
    committed(sizeBytes: number, ms: number): void {
      commit.observe(ms / 1000)
      bytes.inc(sizeBytes)
    },
    filesWaiting(count: number): void {
      waiting.set(count)
    },
    loadFailed(error: Error, waitMs: number): void {
      log.error(
        { error: error.message },
        `stored events cannot be made searchable; trying again in ${Math.ceil(waitMs / 1000)} s`,
      )
    },
    tornCommit(bytesCut: number): void {
      log.warn({ bytes: bytesCut }, 'the last commit was interrupted and never acknowledged; it was cut off')
    },
    fileSetAside(file: string, movedTo: string, reason: string): void {
      lost.inc()
      log.error(
        { file, movedTo, reason },
        'a file of the store is damaged and was set aside; its records are missing',
      )
    },
    maintenanceFailed(reason: string): void {
      log.error({ reason }, 'old records could not be deleted; it is tried again in a few minutes')
    },
    expired(day: string, records: number, reason: string): void {
      dropped.inc(records)
      log.info({ day, records }, `the oldest records were deleted: ${reason}`)
    },
  }
}
