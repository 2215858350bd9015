import { pino } from 'pino'
import { Registry } from 'prom-client'

import { startFileOutputs } from '../../src/outputs/files/start.ts'

type Parts = Parameters<typeof startFileOutputs>[0]

/** Writes alerts and archive as text and JSON, a new part every 40 kB: the same whoever runs it on a home. */
export function runFileOutputs(parts: Pick<Parts, 'store' | 'home' | 'signal' | 'report'>): Promise<void> {
  return startFileOutputs({
    ...parts,
    options: {
      jsonoutOutput: true,
      alertsLog: true,
      logallJson: true,
      logall: false,
      rotateInterval: 0,
      maxOutputSize: 40_000,
    },
    telemetry: { log: pino({ level: 'silent' }), metrics: new Registry() },
    now: Date.now,
    help: { groupText: () => undefined, hostIn: () => undefined },
  })
}
