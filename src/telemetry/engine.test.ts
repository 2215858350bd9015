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
    assert.match(text, /^quaywatch_match_budgets_used_up_total 0$/m)
    assert.match(text, /^quaywatch_correlation_events_limit 65536$/m)
    assert.match(text, /^quaywatch_correlation_events_evicted_total 0$/m)
    const held = /^quaywatch_correlation_events (\d+)$/m.exec(text)?.[1]
    assert.equal(held, String(engine.memory.held))
    engine = loadExample(rules).engine
    assert.doesNotMatch(await metrics.metrics(), /^quaywatch_patterns_exhausted_total\{/m)
    assert.match(await metrics.metrics(), /^quaywatch_correlation_events 0$/m)
  })

  it('counts events for which all patterns together took too long, and names rules and decoders', async () => {
    const lines: string[] = []
    const metrics = new Registry()
    const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })
    const many = Array.from({ length: 12 }, (_, at) =>
      R(200 + at, 5, String.raw`<match>^z</match><regex>\S+a\S+a\S+a\S+a\S*${at}!</regex>`),
    )
    const endlessDecoder = String.raw`<decoder name="slow"><prematch>^z\S+a\S+a\S+a\S+a!</prematch></decoder>`
    const { engine } = loadExample(many.join('') + R(300, 3, '<match>^z</match>'), {
      'etc/decoders/slow.xml': endlessDecoder,
    })
    const events = engineTelemetry({ log, metrics }, () => engine)
    const digits = Array.from({ length: 12 }, (_, at) => `${at}!`).join('')
    const text = toByteString(`z${'a'.repeat(20_000)} a! ${digits}`)
    const event = engine.decoder.decode(
      new RawEvent({ id: '1', source: 'test', location: 'test', receivedAtMs: 0, text }),
    )
    assert.ok(event)
    assert.equal(engine.rules.evaluate(event, engine.memory).rule?.id, 300)
    events.check()
    assert.equal(lines.length, 13)
    assert.match(lines[12] ?? '', /^\{"level":40,"decoder":"slow","count":1,/)
    const shown = await metrics.metrics()
    assert.match(shown, /^quaywatch_match_budgets_used_up_total 1$/m)
    assert.match(shown, /^quaywatch_patterns_exhausted_total\{rule="211"\} 1$/m)
    assert.match(shown, /^quaywatch_decoder_patterns_exhausted_total\{decoder="slow"\} 1$/m)
  })
})
