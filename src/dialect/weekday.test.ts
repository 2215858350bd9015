import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseWeekdays } from './weekday.ts'

describe('parseWeekdays() (spec rules.md §3.3, Q-11)', () => {
  const cases: [string, readonly number[] | false][] = [
    ['monday', [1]],
    ['MON', [1]],
    ['sun, mon', [0, 1]],
    [' thu fri ', [4, 5]],
    ['weekdays', [1, 2, 3, 4, 5]],
    ['weekends,Wednesday', [0, 3, 6]],
    ['!sat', [0, 1, 2, 3, 4, 5]],
    ['!weekdays', [0, 6]],
    ['', false],
    [' , ', false],
    ['!', false],
    ['m', false],
    ['mon-fri', false],
    ['sunday|monday', false],
    ['monday\ttuesday', false],
  ]
  for (const [text, days] of cases) {
    it(`${JSON.stringify(text)}: ${JSON.stringify(days)}`, () => {
      const parsed = parseWeekdays(text)
      assert.deepEqual('value' in parsed && [...parsed.value].sort((one, other) => one - other), days)
    })
  }
})
