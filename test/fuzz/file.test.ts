// Parsers of the file source on generated input: they never throw, and what they keep is what came.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { toByteString } from '../../src/event/byte-string.ts'
import { HeldBytes, type LogRecord } from '../../src/sources/file/assembler.ts'
import { dockerConfigFacts } from '../../src/sources/file/container-info.ts'
import { ContainerLines, parseCri, parseJsonFile } from '../../src/sources/file/container-lines.ts'
import { parseCursor } from '../../src/sources/file/cursor.ts'
import { pathMatcher } from '../../src/sources/file/glob.ts'
import { addMembers, JsonLeaf, parseJsonObject } from '../../src/sources/file/json-members.ts'
import { labelMembers } from '../../src/sources/file/labels.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((found) => Buffer.from(found).toString('latin1'))
const time = '2026-01-02T03:04:05.678901234Z'
const seeds = [
  `{"log":"hello\\n","stream":"stdout","time":"${time}"}`,
  `{"log":"part","stream":"stderr","attrs":{"a":"b"},"time":"${time}"}`,
  `${time} stdout F text`,
  `${time} stderr P part`,
  '{"a":{"b":[1,"}",{"c":null}]},"d":"\\"x"}',
]
/** A seed with a piece of it replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.nat(80),
    fc.nat(6),
    fc.oneof(bytes, fc.constantFrom('"', '\\', '{', '}', '\\u00')),
  )
  .map(([seed, at, length, piece]) => seed.slice(0, at) + piece + seed.slice(at + length))
const line = fc.oneof(bytes, mutated)
const runs = { numRuns: 300 }

describe('container lines, generated', () => {
  it('parseJsonFile() and parseCri() never throw and give text of bytes', () =>
    fc.assert(
      fc.property(line, (found) => {
        for (const envelope of [parseJsonFile(found), parseCri(found)])
          if (envelope) assert.doesNotMatch(envelope.text, /[^\0-\xff]/)
      }),
      runs,
    ))

  it('what a container writes comes out as it was, however the engine splits it', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.boolean()), { maxLength: 20 }),
        (writes) => {
          const wanted = { stdout: [''], stderr: [''] }
          const held = new HeldBytes(1e9)
          const assembler = new ContainerLines(parseJsonFile, held)
          const records: LogRecord[] = []
          for (const [start, [raw, isLast, isError]] of writes.entries()) {
            const stream = isError ? 'stderr' : 'stdout'
            const text = raw.replaceAll(/[\r\n]/g, '')
            const wrapped = JSON.stringify({ log: isLast ? `${text}\n` : text, stream, time })
            assembler.push(
              { start, text: toByteString(wrapped), id: String(start), cutFrom: undefined },
              0,
              records,
            )
            wanted[stream].push((wanted[stream].pop() ?? '') + text)
            if (isLast) wanted[stream].push('')
          }
          assembler.finish(records)
          assert.equal(held.bytes, 0)
          assert.equal(assembler.heldFrom, undefined)
          for (const stream of ['stdout', 'stderr'] as const) {
            const came = records.filter(({ written }) => written?.stream === stream).map(({ text }) => text)
            const all = wanted[stream].map((text) => toByteString(text))
            // Nothing pending at the end, or a pending part that may be empty.
            assert.ok(
              JSON.stringify(came) === JSON.stringify(all) ||
                JSON.stringify(came) === JSON.stringify(all.slice(0, -1)),
            )
          }
        },
      ),
      { numRuns: 100 },
    ))

  it('dockerConfigFacts() never throws', () =>
    fc.assert(
      fc.property(
        fc.record(
          {
            Name: fc.anything(),
            Image: fc.anything(),
            Config: fc.oneof(fc.anything(), fc.record({ Labels: fc.anything() })),
          },
          { requiredKeys: [] },
        ),
        (config) => void dockerConfigFacts(config),
      ),
      runs,
    ))
})

describe('JSON members, generated', () => {
  const key = fc.oneof(
    fc.constantFrom('a', 'B', 'container', '__proto__', 'a.b'),
    fc.string({ maxLength: 4 }),
  )
  it('adding to an object gives the object with what was missing, and its text says the same', () =>
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.nat(3), (object, added, indent) => {
        const text = toByteString(JSON.stringify(object, undefined, indent))
        const tree = parseJsonObject(text) ?? assert.fail('generated objects parse')
        const result = addMembers(text, tree, { [added]: new JsonLeaf('{"x":1}') })
        assert.deepEqual(JSON.parse(result), tree)
        const isPresent = Object.keys(object).some(
          (name) => toByteString(name).toLowerCase() === added.toLowerCase(),
        )
        if (isPresent) assert.equal(result, text)
      }),
      runs,
    ))

  it('labels with dots enter what is there', () =>
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        fc.array(key, { minLength: 1, maxLength: 3 }),
        (object, names) => {
          const text = toByteString(JSON.stringify(object))
          const tree = parseJsonObject(text) ?? assert.fail('generated objects parse')
          const result = addMembers(text, tree, labelMembers([{ key: names.join('.'), value: 'v' }]))
          assert.deepEqual(JSON.parse(result), tree)
        },
      ),
      runs,
    ))
})

describe('patterns and cursors, generated', () => {
  const glob = fc
    .array(fc.constantFrom('*', '?', '[', ']', '!', '-', '[:alpha:]', '\\', 'a', 'b', '/', '.'))
    .map((parts) => parts.join(''))
  it('pathMatcher() never throws and a star matches everything visible', () =>
    fc.assert(
      fc.property(glob, bytes, (pattern, name) => {
        pathMatcher(pattern)(name)
        const plain = name.replaceAll(/[/]/g, '').replace(/^\.+/, '')
        assert.equal(pathMatcher('*')(plain), true)
      }),
      runs,
    ))
  it('parseCursor() never throws', () =>
    fc.assert(
      fc.property(fc.oneof(bytes, fc.json()), (text) => void parseCursor(text)),
      runs,
    ))
})
