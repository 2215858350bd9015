import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { loadExample, R } from '../../test/support/rule-session.ts'
import { toByteString } from '../event/byte-string.ts'
import { RawEvent } from '../event/raw-event.ts'
import { engineTelemetry } from './engine.ts'

describe('engineTelemetry()', () => {
  const rules =
    R(100, 5, '<match>^a</match>') +
    R(101, 10, '<if_matched_sid>100</if_matched_sid>', 'frequency="3"') +
    R(102, 5, String.raw`<match>^z</match><regex>\S+a\S+a\S+a\S+a!</regex>`)
  const endless = `z${'a'.repeat(20_000)} a!`

  it('shows the engine that is in force when asked, and names each exhausted pattern once', async () => {
    const lines: string[] = []
    const metrics = new Registry()
    const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })
    let { engine } = loadExample(rules)
    const events = engineTelemetry({ log, metrics }, () => engine)
    for (const text of ['a', 'a', endless, endless]) {
      const raw = { id: '1', source: 'test', location: 'test', receivedAtMs: 0, text: toByteString(text) }
      const event = engine.decoder.decode(new RawEvent(raw))
      assert.ok(event)
      engine.rules.evaluate(event, engine.memory)
    }
    events.check()
    events.check()
    assert.deepEqual(lines, [
      '{"level":40,"rule":102,"count":2,"msg":"matching a pattern of a rule took too long and was given up: no match"}\n',
    ])
    const text = await metrics.metrics()
    assert.match(text, /^quaywatch_patterns_exhausted_total\{rule="102"\} 2$/m)
    assert.match(text, /^quaywatch_correlation_events_limit 65536$/m)
    assert.match(text, /^quaywatch_correlation_events_evicted_total 0$/m)
    const held = /^quaywatch_correlation_events (\d+)$/m.exec(text)?.[1]
    assert.equal(held, String(engine.memory.held))
    engine = loadExample(rules).engine
    assert.doesNotMatch(await metrics.metrics(), /^quaywatch_patterns_exhausted_total\{/m)
    assert.match(await metrics.metrics(), /^quaywatch_correlation_events 0$/m)
  })
})
