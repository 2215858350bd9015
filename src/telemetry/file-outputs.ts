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
    help: 'Stored records that a file does not have yet (records that do not belong into it included).',
    labelNames,
    registers,
  })
  return {
    written(file: string, count: number, behind: number): void {
      lines.inc({ file }, count)
      lag.set({ file }, behind)
    },
    writeFailed(file: string, error: Error, waitMs: number): void {
      log.error({ file, error: error.message }, `writing failed; trying again in ${waitMs / 1000} s`)
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
