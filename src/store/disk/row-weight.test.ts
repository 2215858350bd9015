import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { RowWeight, type Rows } from './row-weight.ts'

const mebibyte = 2 ** 20
const rows = (records: number, mebibytes: number): Rows => ({ records, bytes: mebibytes * mebibyte })

const cases = [
  {
    what: 'usual rows go on and on',
    before: [],
    added: Array.from({ length: 50 }, () => rows(4000, 12)),
    fits: true,
  },
  {
    what: 'large rows fill a vector',
    before: [],
    added: Array.from({ length: 6 }, () => rows(90, 12)),
    fits: false,
  },
  {
    what: 'a few large rows do not',
    before: [],
    added: Array.from({ length: 5 }, () => rows(90, 12)),
    fits: true,
  },
  { what: 'what is there counts', before: [rows(90, 60)], added: [rows(1, 5)], fits: false },
  {
    what: 'what lies 2,048 rows behind does not',
    before: [rows(90, 60), rows(2048, 1)],
    added: [rows(1, 5)],
    fits: true,
  },
  {
    what: 'what lies 2,047 rows behind does',
    before: [rows(90, 60), rows(2047, 1)],
    added: [rows(1, 5)],
    fits: false,
  },
  { what: 'one load that weighs too much goes alone', before: [], added: [rows(3, 100)], fits: true },
  { what: 'nothing goes with that', before: [rows(3, 100)], added: [rows(1, 0)], fits: false },
] as const

describe('RowWeight', () => {
  for (const { what, before, added, fits } of cases) {
    it(what, () => {
      const known = new RowWeight(64 * mebibyte).with(before)
      assert.equal(known?.with(added) !== undefined, fits)
    })
  }
})
