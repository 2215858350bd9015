import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { fieldKey } from '../../event/field-key.ts'
import { hits, scanJson, scanned } from './json-scanner.ts'
import { keyTable } from './key-table.ts'
import { gaps, layout } from './layout.ts'
import { Shapes } from './shapes.ts'

for (const name of ['a', 'a.b', 'b.a', 'c.list', 'list', 'b.b.b']) fieldKey(name)
const table = keyTable()
const options = { discardNulls: false, limit: Infinity }

const isFound = (shapes: Shapes, text: string): boolean => shapes.find(text, 0, options.discardNulls)

/** What the scanner that reads byte by byte makes of it. */
function scan(text: string, discardNulls = false) {
  if (scanJson(text, 0, table, { ...options, discardNulls }) !== 'object') return undefined
  return { hits: [...hits.subarray(0, scanned.hits * 3)], dynamic: scanned.dynamic }
}

function shape(shapes: Shapes, text: string, discardNulls = false) {
  if (!shapes.find(text, 0, discardNulls)) return undefined
  return { hits: [...hits.subarray(0, scanned.hits * 3)], dynamic: scanned.dynamic }
}

const pairs: readonly (readonly [what: string, first: string, second: string])[] = [
  ['other values', '{"a":"x","b":{"a":1}}', '{"a":"","b":{"a":-2.5e3}}'],
  ['a value of another kind', '{"a":"x"}', '{"a":1}'],
  ['a space more', '{"a":1,"list":2}', '{"a": 1, "list": 2}'],
  ['a word instead of a number', '{"a":1}', '{"a":true}'],
  ['an object instead of a number', '{"a":1}', '{"a":{"b":1}}'],
  ['escapes', '{"a":"x","list":"y"}', '{"a":"\\"x\\\\","list":"\\u0041\\/"}'],
  ['arrays of other lengths', '{"list":["x","y"],"a":1}', '{"list":["x"],"a":1}'],
  ['an empty array', '{"list":["x"],"a":1}', '{"list":[],"a":1}'],
  ['an array in an array', '{"c":{"list":[[1],{"a":1}]}}', '{"c":{"list":[[2,3],{"a":[]}]}}'],
  ['objects in arrays', '{"list":[{"a":1},{"a":2}],"a":3}', '{"list":[{"a":1},{"a":2},{"a":[]}],"a":3}'],
  ['an empty object', '{"b":{},"a":1}', '{"b":{"b":{"b":null}},"a":1}'],
  ['text behind the object', '{"a":1}', '{"a":1}}trailing'],
  ['another case', '{"A":1,"C":{"LIST":2}}', '{"a":1,"c":{"list":2}}'],
  ['a name with a point', '{"b.a":1}', '{"b":{"a":1}}'],
  ['static names', '{"srcip":"10.0.0.1","user":"u","User":"v"}', '{"srcip":"","user":[1],"User":{}}'],
  ['the same name twice', '{"a":1,"a":2}', '{"a":1,"a":2,"a":3}'],
  ['bytes from 0x80 on', '{"a":"\xc3\xa4\xff","\xc3\xa4":1}', '{"a":"\xff\xff","\xc3\xa4":2}'],
  ['a byte order mark', '\xef\xbb\xbf{"a":1}', '\xef\xbb\xbf {"a":2}'],
]

const namesFrom = (from: number): string =>
  Array.from({ length: 20 }, (_, at) => `"n${from + at}":{"a":1}`).join(',')

describe('shapes of JSON texts', () => {
  for (const [what, first, second] of pairs) {
    it(`${what}: as if it had never seen the first`, () => {
      const shapes = new Shapes(table)
      for (const text of [first, second, first, second])
        assert.deepEqual(shape(shapes, text), scan(text), text)
    })
  }

  const broken = [
    '{"a":"x","b":1]',
    '{"a":"x"',
    '{"a":"x","b":1',
    '{"a":"x","b":tru}',
    '{"a":"x","b":1.2.3}',
    '{"a":"x",,"b":1}',
    '{"a":"\\x","b":1}',
    '{"a":"x","b":[1}',
    '[1]',
    '',
  ]
  for (const text of broken) {
    it(`${JSON.stringify(text)} is not JSON, known beginning or not`, () => {
      const shapes = new Shapes(table)
      assert.equal(isFound(shapes, '{"a":"x","b":1}'), true)
      assert.equal(isFound(shapes, text), false)
      assert.equal(isFound(shapes, text), false)
    })
  }

  it('leaves nulls out where they are to be discarded', () => {
    const shapes = new Shapes(table)
    for (const text of ['{"a":null,"list":[null]}', '{"a":1,"list":[null]}'])
      assert.deepEqual(shape(shapes, text, true), scan(text, true))
  })

  it('remembers a bounded number of shapes and goes on without', () => {
    const shapes = new Shapes(table)
    for (let index = 0; index < 3000; index += 1) {
      const text = `{"k${index}":1,"a":"x${index}","l${index}":{"b":[${index}]}}`
      if (isFound(shapes, text)) assert.deepEqual(shape(shapes, text), scan(text))
    }
    let found = 0
    for (let index = 0; index < 200; index += 1) if (isFound(shapes, '{"a":1,"b":2}')) found += 1
    assert.ok(found >= 100, `${found} of 200`)
  })

  it('learns anew when it can remember no more and other texts are common now', () => {
    const shapes = new Shapes(table)
    for (let at = 0; at < 600; at += 1) shape(shapes, `{${namesFrom(at * 20)}}`)
    const text = '{"a":"x","new":{"to":1,"it":2}}'
    const isKnown = (): boolean => {
      layout.text = undefined
      shape(shapes, text)
      return layout.text === text
    }
    assert.equal(isKnown(), false)
    assert.equal(isKnown(), false)
    const { generation } = layout
    let events = 0
    while (!isKnown()) assert.ok((events += 1) < 30_000)
    assert.ok(events > 10_000, `already after ${events}`)
    // Nothing keeps what was forgotten.
    assert.equal(layout.generation, generation + 1)
    assert.equal(gaps.length, 4)
  })

  it('says what the scanner says of any text', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'list', 'A', 'user', 'id', 'é', 'x"', 'a.b')
    const scalar = fc.oneof(
      fc.constantFrom('', 'x', '\\', '"', '\u00ff', '\ud83d\ude00'),
      fc.integer(),
      fc.double(),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.constantFrom(true, false, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }))
    const mutation = fc.record({
      at: fc.nat(400),
      text: fc.constantFrom('', '"', '{', '}', ']', ',', ' ', '1', '\\', ':'),
    })
    const shapes = new Shapes(table)
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 5 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.array(mutation, { maxLength: 2 }),
        (object, space, mutations) => {
          let text = Buffer.from(JSON.stringify(object, null, space), 'utf8').toString('latin1')
          const whole = text
          for (const { at, text: put } of mutations) {
            const place = at % (text.length + 1)
            text = text.slice(0, place) + put + text.slice(place + 1)
          }
          for (const one of [whole, text, text]) {
            const got = shape(shapes, one)
            if (got !== undefined) assert.deepEqual(got, scan(one))
          }
        },
      ),
      { numRuns: 3000, interruptAfterTimeLimit: 1500 },
    )
  })
})
