import { Counter, Gauge, type Registry } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

/** What reading one batch came to. */
export interface FileTally {
  lines: number
  bytes: number
  cut: number
  /** Lines of a JSON file that are no JSON object. */
  notJson: number
  /** Left out by `ignore` or `restrict`, as the configuration asks. */
  filtered: number
  /** Held back by the rate limit of a container. */
  suppressed: number
}

export type FileTelemetry = ReturnType<typeof fileTelemetry>

const counters = {
  lines: ['quaywatch_file_lines_total', 'Lines read from files.'],
  bytes: ['quaywatch_file_bytes_total', 'Bytes of these lines.'],
  cut: ['quaywatch_file_cut_total', 'Events cut because they were longer than 1 MiB.'],
  notJson: [
    'quaywatch_file_not_json_total',
    'Lines of JSON files that are no JSON object and were left out.',
  ],
  filtered: ['quaywatch_file_filtered_total', 'Lines left out by ignore or restrict.'],
  suppressed: ['quaywatch_file_suppressed_total', 'Lines of containers left out by the rate limit.'],
} as const satisfies Readonly<Record<keyof FileTally, readonly [string, string]>>

/** What happens in the file sources of this process; all of them share the metrics. */
export function fileTelemetry({ log, metrics }: Telemetry) {
  const lag = gauge(metrics, 'quaywatch_file_lag_bytes', 'Bytes of a file not read yet.', ['file'])
  const skipped = counter(metrics, 'quaywatch_file_skipped_bytes_total', 'Bytes skipped because of max-size.')
  const gone = counter(
    metrics,
    'quaywatch_file_gone_total',
    'Files that disappeared before they were read to their end.',
  )
  const changes = counter(metrics, 'quaywatch_file_changes_total', 'Files found, rotated, truncated.', [
    'source',
    'change',
  ])
  const commandFailures = counter(
    metrics,
    'quaywatch_file_command_failures_total',
    'Runs of commands that took too long, printed too much or could not be started.',
    ['source', 'ending'],
  )
  const tallies = Object.entries(counters).map(
    ([name, [metric, help]]) => [name, counter(metrics, metric, help)] as const,
  )
  return {
    batchRead(source: string, tally: FileTally): void {
      const counts: Readonly<Record<string, number>> = { ...tally }
      for (const [name, metric] of tallies) if (counts[name]) metric.inc({ source }, counts[name])
      if (tally.suppressed > 0)
        log.warn({ source, lines: tally.suppressed }, 'lines of containers were left out by the rate limit')
    },
    lagIs(file: string, bytes: number): void {
      lag.set({ file }, bytes)
    },
    fileForgotten(file: string): void {
      lag.remove({ file })
    },
    fileFound(source: string, file: string, offset: number): void {
      changes.inc({ source, change: 'found' })
      log.debug({ source, file, offset }, 'a file is followed')
    },
    fileRotated(source: string, file: string): void {
      changes.inc({ source, change: 'rotated' })
      log.debug({ source, file }, 'a file was rotated; the old one is read to its end')
    },
    fileTruncated(source: string, file: string): void {
      changes.inc({ source, change: 'truncated' })
      log.info({ source, file }, 'a file was truncated or rewritten; it is read from its beginning')
    },
    backlogSkipped(source: string, file: string, bytes: number): void {
      skipped.inc({ source }, bytes)
      log.warn(
        { source, file, bytes },
        'more than max-size was waiting in a file; reading goes on at its end',
      )
    },
    fileGone(source: string, file: string): void {
      gone.inc({ source })
      log.warn({ source, file }, 'a file is gone that may not have been read to its end')
    },
    commandFailed(source: string, ending: string, tookMs: number): void {
      commandFailures.inc({ source, ending })
      log.warn(
        { source, ending, tookMs },
        'a command did not come to its end; what it printed until then is used',
      )
    },
    fileUnreadable(source: string, file: string, code: string): void {
      log.warn({ source, file, code }, 'a file cannot be read; trying again')
    },
  }
}

function counter(
  metrics: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = ['source'],
): Counter {
  const made = metrics.getSingleMetric(name)
  return made instanceof Counter ? made : new Counter({ name, help, labelNames, registers: [metrics] })
}

function gauge(metrics: Registry, name: string, help: string, labelNames: readonly string[]): Gauge {
  const made = metrics.getSingleMetric(name)
  return made instanceof Gauge ? made : new Gauge({ name, help, labelNames, registers: [metrics] })
}
