// Whatever an engine, or somebody who names a container, may send.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { shellWords, unwrap } from '../../src/sources/docker/argv.ts'
import { containerFacts } from '../../src/sources/docker/container-facts.ts'
import { engineEventId, parseEngineEvent } from '../../src/sources/docker/engine-event.ts'
import { envelope, envelopeText } from '../../src/sources/docker/event-text.ts'
import { LineSplitter } from '../../src/sources/docker/line-splitter.ts'

const plain = { enrichment: undefined, delay: undefined, reconciled: false } as const
const nano = fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n })

describe('docker source', () => {
  it('parses any text or takes it for no event', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (line) => void parseEngineEvent(line)),
    ))

  it('prints what it parsed as ASCII JSON of the same meaning, with the exact time', () => {
    const attributes = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(attributes, fc.string({ minLength: 1 }), nano, (Attributes, Action, time) => {
        const actor = JSON.stringify({ ID: 'v', Attributes })
        const line = `{"Type":"volume","Action":${JSON.stringify(Action)},"Actor":${actor},"timeNano":${time}}`
        const event = parseEngineEvent(line)
        assert.ok(event)
        assert.equal(event.timeNano, time)
        const text = envelopeText(envelope(event, plain), event.timeNano)
        assert.match(text, /^[\x20-\x7f]*$/)
        assert.ok(text.endsWith(`"timeNano": ${time}}}`))
        assert.deepEqual(JSON.parse(text), { integration: 'docker', docker: JSON.parse(line) })
        assert.equal(engineEventId('E', event), engineEventId('E', event))
      }),
    )
  })

  it('makes the same lines of a text however it is cut', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(200)), (parts, cuts) => {
        const bytes = Buffer.from(`${parts.join('\n')}\n`)
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ]
        const splitter = new LineSplitter(10_000)
        const cut = places.slice(1).flatMap((end, at) => splitter.push(bytes.subarray(places[at], end)))
        assert.deepEqual(cut, new LineSplitter(10_000).push(bytes))
      }),
    ))

  it('unwraps any command in eight steps at most', () => {
    const words = fc.constantFrom(
      'sh',
      '-c',
      'env',
      'A=1',
      'nsenter',
      '-t',
      'busybox',
      '--',
      "'",
      '"',
      '\\',
      '$(',
      'x y',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), (argv) =>
        assert.ok(unwrap(argv).through.length <= 8),
      ),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (script) => assert.ok(shellWords(script).length <= 256)),
    )
  })

  it('finds facts in any answer of an engine', () =>
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (answer) => void containerFacts({ HostConfig: answer, Config: answer, Mounts: answer }),
      ),
    ))
})
