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
  const withoutWords = new Gauge({
    name: 'quaywatch_store_records_without_words',
    help: 'Stored records whose words are not written down yet: every search for a text reads them.',
    registers,
  })
  const lost = new Counter({
    name: 'quaywatch_store_damaged_files_total',
    help: 'Files of the store that could not be read and were set aside.',
    registers,
  })
  const troubled = new Gauge({
    name: 'quaywatch_store_trouble',
    help: '1 while events cannot be stored (store) or made searchable (search).',
    labelNames: ['kind'],
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
    recordsWithoutWords(count: number): void {
      withoutWords.set(count)
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
    fileSetAside(damage: {
      readonly file: string
      readonly movedTo: string
      readonly reason: string
      readonly lost: string
    }): void {
      lost.inc()
      log.error({ ...damage }, 'a file of the store is damaged; the store goes on without what was lost')
    },
    /** `store` or `search`; without a reason it is over. */
    trouble(kind: string, reason: string | undefined): void {
      troubled.set({ kind }, reason === undefined ? 0 : 1)
      const what = kind === 'store' ? 'stored' : 'made searchable'
      if (reason === undefined) log.warn(`events can be ${what} again`)
      else log.error({ reason }, `events cannot be ${what}; it is tried again until they can`)
    },
    clockJumped(byMs: number): void {
      const seconds = Math.round(byMs / 1000)
      log.warn({ seconds }, 'the clock was changed; nothing is deleted for its age for a day')
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
