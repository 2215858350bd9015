import { basename } from 'node:path'

import { Counter, Gauge } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

export type FileOutputTelemetry = ReturnType<typeof fileOutputTelemetry>

/** What happens to `alerts.json` and its like. */
export function fileOutputTelemetry({ log, metrics }: Telemetry) {
  const labelNames = ['file']
  const registers = [metrics]
  const lines = new Counter({
    name: 'quaywatch_output_file_records_total',
    help: 'Records written to files for other tools.',
    labelNames,
    registers,
  })
  const lag = new Gauge({
    name: 'quaywatch_output_file_lag_records',
    help: 'Stored records that a file does not have yet (records that do not belong into it included); 0 when it has everything.',
    labelNames,
    registers,
  })
  const age = new Gauge({
    name: 'quaywatch_output_file_lag_seconds',
    help: 'Age of the oldest record that a file does not have yet; 0 when it has everything.',
    labelNames,
    registers,
  })
  const failures = new Counter({
    name: 'quaywatch_output_file_failures_total',
    help: 'Attempts to write a file that failed; what was to be written is tried again.',
    labelNames,
    registers,
  })
  const removed = new Counter({
    name: 'quaywatch_output_file_vanished_total',
    help: 'Times that somebody removed a file while it was being written.',
    labelNames,
    registers,
  })
  return {
    written(file: string, count: number): void {
      lines.inc({ file }, count)
    },
    lag(file: string, behind: { readonly records: number; readonly ms: number }): void {
      lag.set({ file }, behind.records)
      age.set({ file }, behind.ms / 1000)
    },
    writeFailed(file: string, reason: string, waitMs: number): void {
      failures.inc({ file })
      log.error({ file, error: reason }, `writing failed; trying again in ${waitMs / 1000} s`)
    },
    writesAgain(file: string, seconds: number): void {
      log.warn({ file, seconds }, 'the file is written again; what was stored meanwhile follows')
    },
    vanished(file: string): void {
      removed.inc({ file: basename(file) })
      log.warn(
        { file },
        'the file was removed from outside; what was written since is written into a new one',
      )
    },
    cutBack(file: string, bytes: number): void {
      log.info({ file, bytes }, 'records written just before the last stop are written again')
    },
    shorterThanKnown(file: string, expected: number, found: number): void {
      log.warn({ file, expected, found }, 'the file was changed from outside; writing goes on at its end')
    },
    packFailed(file: string, error: Error): void {
      log.error(
        { file, error: error.message },
        'the file of a past day cannot be compressed; it stays as it is',
      )
    },
  }
}
