import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { valueText } from './json-text.ts'

const cases = [
  { value: 'a "b"', text: String.raw`"a \"b\""` },
  { value: '[1, "b"]', text: '[1,"b"]' },
  { value: '[1, "b"', text: String.raw`"[1, \"b\""` },
  { value: '["\xc3\xa9"]', text: '["\xc3\xa9"]' },
  { value: String.raw`["\u00e9\u20ac\n"]`, text: '["\xc3\xa9\xe2\x82\xac\\n"]' },
] as const

describe('valueText()', () => {
  for (const { value, text } of cases) {
    it(`writes ${JSON.stringify(value)} as ${JSON.stringify(text)}`, () =>
      assert.equal(valueText(value), text))
  }
})
