// Members of `data` written from the bytes of a JSON text are those that placing every field gives.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createDecoder } from '../../src/decode/create-decoder.ts'
import { loadDecoders } from '../../src/decode/load-decoders.ts'
import { fromByteString, toByteString } from '../../src/event/byte-string.ts'
import type { DecodedEvent } from '../../src/event/decoded-event.ts'
import { documentBytes, membersFrom, written } from '../../src/event/document-bytes.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { dataText } from '../../src/rules/document/data-text.ts'
import { DocumentWriter, withoutMessage } from '../../src/rules/document/event-document.ts'
import { RuleText } from '../../src/rules/document/rule-text.ts'
import { TimestampText } from '../../src/rules/document/timestamp.ts'
import { withFullLog } from '../../src/store/full-log.ts'
import { packageRoot } from '../../src/version.ts'
import { referenceLines, referencePath } from '../support/reference.ts'

const { decoders } = loadDecoders([
  {
    file: 'fuzz.xml',
    text: String.raw`<decoder name="app"><program_name>^app</program_name></decoder>
<decoder name="app-1"><parent>app</parent><regex>(\w*),(\.*);(\.*);(\.*)</regex><order>id, A.b, a.B.c, a.b</order></decoder>
<decoder name="json-null"><prematch>^x</prematch><plugin_decoder offset="after_prematch">JSON_Decoder</plugin_decoder><json_null_field>discard</json_null_field></decoder>
<decoder name="json"><plugin_decoder>JSON_Decoder</plugin_decoder><prematch>^{</prematch></decoder>`,
  },
])
const decoder = createDecoder(decoders, { hostname: 'manager' })

function decode(text: string, receivedAtMs = 0): DecodedEvent {
  const raw = new RawEvent({ id: '1', source: 'test', location: 'test', receivedAtMs, text })
  const event = decoder.decode(raw)
  assert.ok(event)
  return event
}

/** The same event, whose fields know no quick way. */
function slowly(event: DecodedEvent): DecodedEvent {
  const { fields } = event
  return {
    ...event,
    fields: {
      fixed: (name) => fields.fixed(name),
      dynamic: (key) => fields.dynamic(key),
      entries: () => fields.entries(),
    },
  }
}

/** What the fields wrote; `undefined`: they could not. */
function writtenBytes(event: DecodedEvent): { message: string; data: string } | undefined {
  documentBytes.fill(0x40)
  if (event.fields.writeData?.(event.raw.text, 100) !== true) return undefined
  return {
    message: documentBytes.toString('latin1', 100, Math.max(written.messageEnd, 100)),
    data: documentBytes.toString('latin1', membersFrom, written.membersEnd),
  }
}

/** How often each of the quick ways was open. */
const quick = { bytes: 0, members: 0 }

function assertSameData(text: string): void {
  const event = decode(text)
  const expected = dataText(slowly(event))
  assert.equal(dataText(event), expected, text)
  const bytes = writtenBytes(event)
  if (bytes !== undefined) {
    assert.equal(bytes.data, expected ?? '', text)
    if (bytes.message !== '') assert.equal(bytes.message, JSON.stringify(text))
    quick.bytes += 1
  }
  if (event.fields.membersText?.() !== undefined) quick.members += 1
}

const part = fc.constantFrom('a', 'b', 'A', 'c', '', 'id', 'ID', 'user', 'data', '1', '__proto__', '\xc3\xa4')
const key = fc.oneof(
  part,
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
)
const space = fc.constantFrom('', '', '', ' ', '\n\t')
const piece = fc.constantFrom(
  'a',
  '[',
  ']',
  '1',
  '\\n',
  '\\"',
  '\\/',
  '\\u0041',
  '\\u0000',
  '\\u00e9',
  '\t',
  '\xc3\xa4',
)
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`)
const number = fc.constantFrom('0', '-0', '7', '12', '01', '1.', '1.5', '1e400', '-3', '1772618404078383206')
const scalar = fc.oneof(text, text, number, fc.constantFrom('null', 'true', 'false', '1234567890123456'))
const { tree } = fc.letrec<{ tree: string; object: string; list: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, scalar, scalar, tie('object'), tie('list')),
  object: fc
    .array(fc.tuple(key, tie('tree'), space), { maxLength: 5 })
    .map(
      (members) =>
        `{${members.map(([name, value, gap]) => `${gap}"${name}"${gap}:${gap}${value}`).join(',')}}`,
    ),
  list: fc
    .array(fc.tuple(tie('tree'), space), { maxLength: 4 })
    .map((items) => `[${items.map((item) => item.join('')).join(', ')}]`),
}))
const objects = fc
  .array(fc.tuple(key, tree), { maxLength: 7 })
  .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(', ')}}`)

const runs = { numRuns: 4000, interruptAfterTimeLimit: 1500 } as const

/** What other tests taught the decoder may be all that it can remember: after 20,000 events with something new it learns anew. */
function learn(lines: readonly string[]): void {
  for (let events = 0; events < 30_000; events += lines.length) {
    for (const line of lines) assertSameData(line)
    quick.bytes = 0
    for (const line of lines) if (writtenBytes(decode(line)) !== undefined) quick.bytes += 1
    if (quick.bytes === lines.length) return
    for (let time = 0; time < 9; time += 1) for (const line of lines) decode(line)
  }
}

describe('data of documents', () => {
  before(() => learn(['{"a":{"b":1},"learned":2}']))
  it('is the same from bytes as from fields, for any JSON', () => {
    let all = 0
    quick.bytes = quick.members = 0
    fc.assert(
      fc.property(objects, fc.constantFrom('', 'x'), (object, before) => {
        // What is new is not written in the quickest way.
        for (let time = 0; time < 3; time += 1) assertSameData(before + object)
        all += 3
      }),
      runs,
    )
    assert.ok(quick.members > all / 4, `only ${quick.members} objects of ${all} took the quick way`)
    assert.ok(quick.bytes > 0, 'no object was written as bytes')
  })

  it('leaves a second user to those who know whether there was one', () => {
    for (const second of ['[]', '["b"]', '"b"', '1'])
      for (let time = 0; time < 9; time += 1) assertSameData(`{"learned":2, "user":["a"], "user":${second}}`)
  })

  it('is in documents that are the same whichever way they are written', () => {
    const rule = new RuleText({
      id: 7,
      level: 3,
      description: 'as written',
      groupText: 'a,pci_dss_1.2,',
      mitre: undefined,
      cve: '',
      info: '"',
      frequency: undefined,
      hasMail: true,
      noCounter: false,
    })
    const writer = new DocumentWriter('man"ager', new TimestampText(() => -90))
    const header = fc.constantFrom('', 'x', 'Dec 29 10:00:01 h"ost app: ', 'Dec 29 10:00:01 host app[1]: ')
    const described = fc.oneof(
      fc.constant('as written'),
      piece,
      fc.string({ maxLength: 9 }).map(toByteString),
    )
    const at = fc.constantFrom(0, 5, 999, 1_772_618_402_397, -1500)
    fc.assert(
      fc.property(objects, header, described, at, (object, before, description, receivedAtMs) => {
        const event = decode(before + object, receivedAtMs)
        const parts = {
          rule,
          hit: { description, firedTimes: description.length * 999, showsLevelZero: false },
          atSeconds: Math.floor(receivedAtMs / 1000),
          number: receivedAtMs === 5 ? 12 : 0,
          previous: receivedAtMs === 0 ? ['a', '"b"'] : [],
          previousLog: receivedAtMs === 5 ? 'c\\' : undefined,
        }
        const slow = slowly(event)
        const bare = writer.renderBare({ ...parts, event })
        assert.equal(bare, writer.renderBare({ ...parts, event: slow }))
        const both = writer.renderBoth({ ...parts, event })
        assert.deepEqual(both, writer.renderBoth({ ...parts, event: slow }))
        assert.equal(withoutMessage(both.short), bare)
        assert.equal(withFullLog(both.short, fromByteString(event.raw.text)), both.full)
      }),
      runs,
    )
  })

  it('is closed at the end of the room too, however deep it is', () => {
    const name = '.'.repeat(250)
    learn([`{"${name}":"x"}`])
    const before = `{${'"":{'.repeat(250)}"":"`
    for (const { length, isWritten } of [
      { length: 522_900, isWritten: true },
      { length: 523_156, isWritten: false },
    ]) {
      const event = decode(`{"${name}":"${'x'.repeat(length)}"}`)
      assert.equal(event.fields.writeData?.('', -1), isWritten)
      if (!isWritten) continue
      const data = documentBytes.toString('latin1', membersFrom, written.membersEnd)
      assert.equal(data, `${before}${'x'.repeat(length)}"${'}'.repeat(251)}`)
    }
  })

  it('is the same for fields that a regex found', () => {
    const value = fc.constantFrom('', 'x', '[1]', '["a"] ', '"', '1')
    fc.assert(
      fc.property(value, value, value, value, (first, second, third, fourth) => {
        assertSameData(`Dec 29 10:00:01 host app: ${first},${second};${third};${fourth}`)
      }),
      runs,
    )
  })

  it('takes the quick way for audit events, whose facts come before an object of the same name', () => {
    const file = path.join(packageRoot, 'test', 'data', 'kube-audit', 'events.jsonl')
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const { decoder: builtIn } = loadEngine({ home: '/nonexistent', hostName: 'manager' }).newSession()
    const decoded = (line: string) => {
      const text = toByteString(`${line.slice(0, -1)}, "kube": {"cluster": "prod"}}`)
      const event = builtIn.decode(
        new RawEvent({ id: '1', source: 'kube-audit', location: 'k8s', receivedAtMs: 0, text }),
      )
      assert.ok(event)
      return event
    }
    const slow = lines.filter((line) => {
      const event = decoded(line)
      assert.equal(dataText(event), dataText(slowly(event)), line)
      return event.fields.membersText?.() === undefined
    })
    assert.ok(lines.length > 100)
    assert.deepEqual(slow, [])
    // Keys of bodies hold quotes, which is left to others. What is new is not written in the quickest way, and delays what comes next.
    const metadata = lines.filter((line) => line.includes('"level":"Metadata"'))
    let notBytes: readonly string[] = []
    for (let time = 0; time < 6; time += 1)
      notBytes = metadata.filter((line) => {
        const event = decoded(line)
        const bytes = writtenBytes(event)
        if (bytes !== undefined)
          assert.deepEqual(bytes, {
            message: JSON.stringify(event.raw.text),
            data: dataText(slowly(event)),
          })
        return bytes === undefined
      })
    assert.ok(metadata.length > 100)
    assert.deepEqual(notBytes, [])
  })

  const recorded = referencePath('data', 'bench')
  it('takes the quick way for recorded events', { skip: recorded === undefined }, () => {
    for (const file of ['docker_start', 'docker_mix', 'k8s_create', 'k8s_mix']) {
      const lines = referenceLines('data', 'bench', `${file}.jsonl`).slice(0, 300).map(toByteString)
      learn(lines)
      quick.bytes = quick.members = 0
      for (const line of lines) assertSameData(line)
      assert.deepEqual(quick, { bytes: lines.length, members: lines.length }, file)
    }
  })
})
