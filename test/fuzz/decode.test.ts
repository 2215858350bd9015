// Whatever arrives: header, JSON and decoders never throw, agree with a slow and obvious reference, and stay linear.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createDecoder } from '../../src/decode/create-decoder.ts'
import { EventFields } from '../../src/decode/event-fields.ts'
import { readHeader } from '../../src/decode/header.ts'
import { flattenJson } from '../../src/decode/json/flatten.ts'
import { addJsonFields } from '../../src/decode/json/json-decoder.ts'
import { loadDecoders } from '../../src/decode/load-decoders.ts'
import { readOrigin, readQueueMessage } from '../../src/decode/location.ts'
import { fromByteString, toByteString } from '../../src/event/byte-string.ts'
import { fieldKey, lowerAscii } from '../../src/event/field-key.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { staticNames } from '../../src/event/decoded-event.ts'

const runs = { numRuns: 1500, interruptAfterTimeLimit: 400 } as const
const options = { nulls: 'string', arrays: 'array' } as const

const anyBytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array).toString('latin1'))

/** Bits of headers glued together: nearly right ones are the interesting ones. */
const headerParts = [
  'Dec 29 10:00:01 ',
  '2015-04-16 21:51:02,805 ',
  '2007-06-14T15:48:55-04:00 ',
  '2022-12-19T15:02:53.288+00:00 ',
  '2009-05-22T09:36:46.214994-07:00 ',
  '2015 Dec 29 10:00:01 ',
  '2021-04-21 10:16:09.404756-0700 ',
  'Mon Apr 17 18:27:14 2006 1 ',
  '01/28-09:13:16.240702  [**]',
  '[Fri Feb 11 18:06:35 2004] [warn]',
  '[Time 2006.12.28 15:53:55 UTC] [Sender sshd] [Message m] [Host h]',
  '1140804070.368  11623 192.168.1.1 TCP_MISS/200 ',
  'host ',
  'app[12]: ',
  'app: ',
  'auth|security:info ',
  '[ID 702911 auth.info] ',
  ':',
  ' ',
  '\xc3\xa4',
]
const headerLike = fc
  .array(fc.oneof(fc.constantFrom(...headerParts), anyBytes), { maxLength: 6 })
  .map((parts) => parts.join(''))

const jsonTokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"a"',
  '"b":',
  '1',
  '-',
  '1.5e3',
  'null',
  'true',
  ' ',
  '\\u0000',
  '\\ud83d',
  '\\n',
  '\n',
  '\0',
  '\xff',
]
const jsonLike = fc
  .array(fc.oneof(fc.constantFrom(...jsonTokens), anyBytes), { maxLength: 25 })
  .map((parts) => `{"x":${parts.join('')}`)

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'A',
    'a.b',
    'docker',
    'Type',
    'user',
    'dstuser',
    'srcip',
    'id',
    '',
    '1',
    '__proto__',
  ),
  fc.string({ maxLength: 6, unit: 'grapheme' }),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 0 }), tie('object'), tie('list')),
  object: fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((members) => ({ members })),
  list: fc.array(tie('tree'), { maxLength: 4 }),
}))
const document = fc.array(fc.tuple(key, tree), { maxLength: 6 }).map((members) => write({ members }))

/** JSON with duplicates and any order of keys, which a JavaScript object cannot hold. */
function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (typeof value === 'object' && value !== null && 'members' in value && Array.isArray(value.members)) {
    const members: readonly unknown[] = value.members
    return `{${members.map((member) => (Array.isArray(member) ? `${JSON.stringify(member[0])}: ${write(member[1])}` : '')).join(', ')}}`
  }
  return JSON.stringify(value)
}

const asked = ['a', 'b', 'a.b', 'a.a', 'docker.type', 'user', 'a.', '.a', 'a.b.a', 'docker.docker', '1'].map(
  fieldKey,
)

/** Both ways of reading the same text give the same fields. */
function assertSameFields(text: string): void {
  const fields = new EventFields()
  addJsonFields(fields, text, 0, options)
  const { fixed, dynamic } = flattenJson(text, 0, options, '')
  const expectedFixed = new Map(fixed)
  for (const name of staticNames) assert.equal(fields.fixed(name), expectedFixed.get(name), name)
  for (const asks of asked) {
    const expected = dynamic.find(([name]) => lowerAscii(name) === asks.lower)?.[1]
    assert.equal(fields.dynamic(asks), expected, asks.name)
  }
  assert.deepEqual([...fields.entries()], dynamic)
}

function hostile(size: number): string[] {
  return [
    `{"a":${'['.repeat(size)}`,
    `{${'"a":{'.repeat(999)}`,
    `{"a":"${'\\u0041'.repeat(size / 6)}"}`,
    `{"a":"${'\\'.repeat(size)}"}`,
    `{${'"a":1,'.repeat(size / 6)}"b":2}`,
    `{"a":${'1'.repeat(size)}}`,
    `{"${'a'.repeat(size)}":1}`,
    `{"a":${' '.repeat(size)}}`,
    `{"a":[${'1.5,'.repeat(size / 4)}1]}`,
  ]
}

function cpuOf(texts: readonly string[]): number {
  const start = process.cpuUsage()
  for (const text of texts) {
    const fields = new EventFields()
    addJsonFields(fields, text, 0, options)
    fields.dynamic(fieldKey('a'))
  }
  return process.cpuUsage(start).user
}

describe('decoding anything', () => {
  it('reads any header without throwing and loses no byte of the log', () => {
    fc.assert(
      fc.property(headerLike, (text) => {
        const { log } = readHeader(text)
        assert.ok(text.includes(log))
      }),
      runs,
    )
  })

  it('reads any location and queue message without throwing', () => {
    fc.assert(
      fc.property(anyBytes, (text) => {
        readOrigin(`[${text}`)
        readQueueMessage(`1:${text}`)
      }),
      runs,
    )
  })

  it('finds the same fields by scanning as by reading, in text that is nearly JSON', () => {
    fc.assert(
      fc.property(jsonLike, (text) => assertSameFields(text)),
      runs,
    )
  })

  it('finds the same fields by scanning as by reading, in JSON with duplicate keys', () => {
    fc.assert(
      fc.property(document, (text) => assertSameFields(toByteString(text))),
      runs,
    )
  })

  it('flattens strings as JSON.parse reads them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = Buffer.from(text, 'utf8').toString('utf8')
        const fields = new EventFields()
        addJsonFields(fields, toByteString(JSON.stringify({ k: wellFormed })), 0, options)
        const nul = wellFormed.indexOf('\0')
        const expected = nul < 0 ? wellFormed : wellFormed.slice(0, nul)
        assert.equal(fromByteString(fields.dynamic(fieldKey('k')) ?? '?'), expected)
      }),
      runs,
    )
  })

  it('takes time linear in the length of hostile JSON', () => {
    cpuOf(hostile(50_000))
    const small = cpuOf(hostile(50_000))
    const large = cpuOf(hostile(400_000))
    assert.ok(large < small * 8 * 5 + 1_000_000, `${small} µs, then ${large} µs for eight times as much`)
  })

  it('bounds what a long path repeated for many values becomes', () => {
    const path = Array.from({ length: 400 }, () => `"${'k'.repeat(1000)}":{`).join('')
    const text = `{${path}${'"a":1,'.repeat(60_000)}"b":2${'}'.repeat(401)}`
    const { dynamic } = flattenJson(text, 0, options, '')
    assert.ok(dynamic.length < 100)
  })
})

describe('decoders on anything', () => {
  const { decoders, problems } = loadDecoders([
    {
      file: 'fuzz.xml',
      text: String.raw`<decoder name="json"><prematch>^{\s*"</prematch><plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
<decoder name="app"><program_name>^app</program_name></decoder>
<decoder name="app-1"><parent>app</parent><prematch offset="after_parent">^\w+ </prematch><regex offset="after_prematch">(\S+) (\.*)</regex><order>srcip, x.y</order></decoder>
<decoder name="app-1"><parent>app</parent><regex offset="after_regex">(\d+)</regex><order>id</order></decoder>
<decoder name="pf"><prematch>rule</prematch><plugin_decoder>PF_Decoder</plugin_decoder></decoder>
<decoder name="ws"><prematch>,</prematch><plugin_decoder>SymantecWS_Decoder</plugin_decoder></decoder>
<decoder name="sw"><prematch>pri=</prematch><plugin_decoder>SonicWall_Decoder</plugin_decoder></decoder>
<decoder name="oa"><prematch>^ossec</prematch><plugin_decoder>OSSECAlert_Decoder</plugin_decoder></decoder>`,
    },
  ])

  it('loads the decoders', () => assert.deepEqual(problems, []))

  it('decodes any text without throwing, the same way twice', () => {
    const parts = [
      'rule 3) ',
      'p',
      ': 1.2.3.4.5 > 1.2.3.4.5: udp',
      '10=a,11=b,60=c,3=d',
      ' pri=1 c=2 m=3 ',
      'ossec: Alert Level: 1; Rule: 2 - a; Location: b; ',
    ]
    const text = fc
      .array(fc.oneof(fc.constantFrom(...parts), headerLike, jsonLike), { maxLength: 4 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom('test', '[001] (w) any->/x', '[1'), (log, location) => {
        const raw = { id: '1', source: 'test', location, receivedAtMs: 0, text: log }
        const [first, second] = [0, 1].map(() =>
          createDecoder(decoders, { hostname: 'manager' }).decode(new RawEvent(raw)),
        )
        assert.deepEqual([...(first?.fields.entries() ?? [])], [...(second?.fields.entries() ?? [])])
        assert.equal(first?.decoder?.name, second?.decoder?.name)
      }),
      runs,
    )
  })
})
