import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSessionCookie } from './cookie.ts'

const cases = [
  { header: undefined, value: undefined },
  { header: '', value: undefined },
  { header: '__Host-quaywatch=abc', value: 'abc' },
  { header: 'theme=dark; __Host-quaywatch=abc; x=y', value: 'abc' },
  { header: 'quaywatch=abc', value: undefined },
  { header: 'x__Host-quaywatch=abc', value: undefined },
  { header: '__Host-quaywatch', value: undefined },
] as const

describe('readSessionCookie()', () => {
  for (const { header, value } of cases) {
    it(`${JSON.stringify(header)} holds ${value}`, () => assert.equal(readSessionCookie(header), value))
  }
})
