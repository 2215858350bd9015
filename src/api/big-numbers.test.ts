import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as hold, dictionary, jsonValue, oneof, property, stringMatching } from 'fast-check'
import { quoteBigNumbers } from './big-numbers.ts'

const cases = [
  {
    json: '{"timeNano":1772618410071153238,"n":-12345678901234567890}',
    quoted: '{"timeNano":"1772618410071153238","n":"-12345678901234567890"}',
  },
  {
    json: '{"at":1763798400000,"x":"1772618410071153238"}',
    quoted: '{"at":1763798400000,"x":"1772618410071153238"}',
  },
  { json: '{"x":"at 1772618410071153238"}', quoted: undefined },
  { json: '{"at":1763798400000,"x":"id 17726184"}', quoted: '{"at":1763798400000,"x":"id 17726184"}' },
  { json: '{"x":0.12345678901234567}', quoted: '{"x":0.12345678901234567}' },
  { json: '{"x":9007199254740991}', quoted: undefined },
  { json: '[1772618410071153238]', quoted: undefined },
  { json: '{"a":1772618410071153238.5}', quoted: undefined },
  { json: String.raw`{"a":"b\":1772618410071153238,"}`, quoted: undefined },
  { json: '{"a":":1772618410071153238,"}', quoted: undefined },
  { json: '{"a:":1772618410071153238}', quoted: undefined },
] as const

describe('quoteBigNumbers', () => {
  for (const { json, quoted } of cases) {
    it(`${json} ${quoted === undefined ? 'is left to a parser' : `becomes ${quoted}`}`, () => {
      assert.equal(quoteBigNumbers(json), quoted)
    })
  }

  it('changes nothing but numbers that a double cannot hold', () => {
    const tricky = stringMatching(/^["\\:,{[\s]{0,4}-?\d{17,20}["\\:,}]{0,3}$/)
    const value = jsonValue({ stringUnit: 'grapheme' })
    hold(
      property(dictionary(tricky, oneof(tricky, value)), (object) => {
        const quoted = quoteBigNumbers(JSON.stringify(object))
        if (quoted !== undefined) assert.deepEqual(asRead(quoted), asRead(JSON.stringify(object)))
      }),
    )
  })
})

/** Numbers beyond the safe ones as texts that a double gives, in both. */
function asRead(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) =>
    (typeof value === 'string' && /^-?\d{17,}$/.test(value)) || typeof value === 'number'
      ? Number(value)
      : value,
  )
}
