import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTime } from './time-text.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const cases = [
  { text: 'now', iso: '2026-11-21T12:00:00.000Z' },
  { text: 'now-15m', iso: '2026-11-21T11:45:00.000Z' },
  { text: 'now-2w', iso: '2026-11-07T12:00:00.000Z' },
  { text: '1763640000000', iso: '2025-11-20T12:00:00.000Z' },
  { text: '2026-11-20', iso: '2026-11-20T00:00:00.000Z' },
  { text: '2026-11-20T08:00', iso: '2026-11-20T08:00:00.000Z' },
  { text: ' 2026-11-20T08:00+01:00 ', iso: '2026-11-20T07:00:00.000Z' },
  { text: 'now+1h', iso: undefined },
  { text: 'yesterday', iso: undefined },
  { text: '2026-13-01', iso: undefined },
  { text: '', iso: undefined },
  { text: '12', iso: undefined },
] as const

describe('parseTime()', () => {
  for (const { text, iso } of cases) {
    it(`${JSON.stringify(text)} is ${iso}`, () => {
      const parsed = parseTime(text, now)
      assert.equal(parsed === undefined ? undefined : new Date(parsed).toISOString(), iso)
    })
  }
})
