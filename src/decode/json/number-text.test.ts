import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arrayNumber, fieldNumber, isNumberText } from './number-text.ts'

describe('fieldNumber() (decoders.md 6.9)', () => {
  const cases = [
    [0, '0'],
    [-0, '0'],
    [2147483647, '2147483647'],
    [-2147483648, '-2147483648'],
    [2147483648, '2147483648.000000'],
    [-2147483649, '-2147483649.000000'],
    [2.25, '2.250000'],
    [-0.5, '-0.500000'],
    [1e-9, '0.000000'],
    [Number('1717171717123456789'), '1717171717123456768.000000'],
    [1e22, '10000000000000000000000.000000'],
    [1e80, '100000000000000000026609864708367276537402401181200809098131977'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    // Ties go to the even digit.
    [0.0078125, '0.007812'],
    [0.0234375, '0.023438'],
    [-0.0078125, '-0.007812'],
    [1.0078125, '1.007812'],
  ] as const
  for (const [value, text] of cases) it(`${value} is ${text}`, () => assert.equal(fieldNumber(value), text))
})

describe('arrayNumber() (decoders.md 6.9)', () => {
  const cases = [
    [1, '1'],
    [-0, '-0'],
    [1.5, '1.5'],
    [0.1, '0.1'],
    [1e15, '1e+15'],
    [123456789012345, '123456789012345'],
    [1234567890123456, '1234567890123456'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [1e100, '1e+100'],
    [1 / 3, '0.33333333333333331'],
    [0.1 + 0.2, '0.3'],
    [Number('1713168550123456789'), '1.7131685501234568e+18'],
    [Infinity, 'null'],
  ] as const
  for (const [value, text] of cases) it(`${value} is ${text}`, () => assert.equal(arrayNumber(value), text))
})

describe('isNumberText()', () => {
  const right = ['0', '-1', '01', '1.', '1.e3', '-.5', '1E+5']
  const wrong = ['', '-', '+1', '1e', '1e+', '1.2.3', '--1', '.', '1 ', '1'.repeat(64)]
  for (const text of right) it(`${text} is a number`, () => assert.ok(isNumberText(text)))
  for (const text of wrong) it(`${JSON.stringify(text)} is not`, () => assert.ok(!isNumberText(text)))
})
