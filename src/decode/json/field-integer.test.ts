import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { documentBytes } from '../../event/document-bytes.ts'
import { longestInteger, putFieldInteger } from './field-integer.ts'
import { loadText } from './json-bytes.ts'
import { fieldNumber } from './number-text.ts'

function printed(digits: string): string {
  loadText(`[${digits}]`)
  return documentBytes.toString('latin1', 5, putFieldInteger(1, 1 + digits.length, 5))
}

const cases = [
  { digits: '7', text: '7' },
  { digits: '999999999', text: '999999999' },
  { digits: '1772618402', text: '1772618402' },
  { digits: '2147483647', text: '2147483647' },
  { digits: '2147483648', text: '2147483648.000000' },
  { digits: '999999999999999', text: '999999999999999.000000' },
  { digits: '9007199254740993', text: '9007199254740992.000000' },
  { digits: '9007199254740995', text: '9007199254740996.000000' },
  { digits: '1772618404078383206', text: '1772618404078383104.000000' },
  { digits: '9223372036854775807', text: '9223372036854775808.000000' },
  { digits: '9999999999999999999', text: '10000000000000000000.000000' },
]

describe('putFieldInteger()', () => {
  for (const { digits, text } of cases) {
    it(`prints ${digits} as ${text}`, () => assert.equal(printed(digits), text))
  }

  it('prints what fieldNumber() does, around powers of two too', () => {
    const any = fc.bigInt({ min: 1n, max: 10n ** BigInt(longestInteger) - 1n })
    const near = fc
      .tuple(fc.integer({ min: 31, max: 63 }), fc.bigInt({ min: -5000n, max: 5000n }))
      .map(([bits, more]) => 2n ** BigInt(bits) + more)
    fc.assert(
      fc.property(fc.oneof(any, near), (value) => {
        assert.equal(printed(String(value)), fieldNumber(Number(value)))
      }),
      { numRuns: 3000 },
    )
  })
})
