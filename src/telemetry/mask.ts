import { Counter } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

/** What is masked before it is stored. */
export function maskTelemetry({ metrics }: Telemetry) {
  const registers = [metrics]
  const values = new Counter({
    name: 'quaywatch_masked_values_total',
    help: 'Secrets replaced before events were stored, by what recognised them (a value counts in the message and in each field).',
    labelNames: ['pattern'],
    registers,
  })
  const events = new Counter({
    name: 'quaywatch_masked_events_total',
    help: 'Events in which something was masked.',
    labelNames: ['source'],
    registers,
  })
  return {
    masked(source: string, counts: ReadonlyMap<string, number>): void {
      events.inc({ source })
      for (const [pattern, count] of counts) values.inc({ pattern }, count)
    },
  }
}
