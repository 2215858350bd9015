import assert from 'node:assert/strict'
import { it } from 'node:test'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { loadEngine } from './load-engine.ts'
import { ManagedSources } from './managed-sources.ts'
import { healthReport } from './manager-health.ts'
import type { Source } from './sources/source.ts'
import { MemoryStore } from './store/memory/memory-store.ts'
import { pipelineTelemetry } from './telemetry/pipeline.ts'

function sourceThat(name: string, read: Source['read']) {
  const source: Source = { name, read, status: () => ({ state: 'running', detail: 'reading' }) }
  return { type: 'test', source }
}

it('a source that gives up ends alone, is told of and is shown as stopped; a second one of its name is not started', async () => {
  const log = pino({ level: 'silent' })
  const telemetry = pipelineTelemetry({ log, metrics: new Registry() })
  const { engine } = loadEngine({ home: '/no-such-home', hostName: 'host' })
  const ended: string[] = []
  const sources = new ManagedSources({
    ingest: { store: new MemoryStore(), engine: () => engine, telemetry, now: () => 0 },
    log,
    ended: (source, reason) => ended.push(`${source}: ${reason}`),
  })
  const broken = sourceThat('broken', () => {
    throw new Error('no such device')
  })
  const [sound, again] = [1, 2].map(() => sourceThat('sound', async function* () {}))
  assert.ok(sound && again)
  await sources.run([broken, sound, again], new AbortController().signal)
  assert.deepEqual(ended, ['broken: no such device'])
  const { sources: shown } = healthReport({
    startedAtMs: 0,
    ready: true,
    sources: sources.all,
    totals: telemetry.totals,
    rules: { size: 0, problems: [] },
    checks: [],
  })
  assert.deepEqual(
    shown.map(({ name, state, detail }) => `${name} ${state}: ${detail}`),
    ['broken stopped: gave up: no such device', 'sound running: reading'],
  )
})
