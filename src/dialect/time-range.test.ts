import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTimeRange } from './time-range.ts'

describe('parseTimeRange() (spec rules.md §3.3, Q-12)', () => {
  const cases: [string, string, string][] = [
    ['9:00-17:00', '9:00 12:30 17:00', '8:59 17:01 0:00'],
    ['09:00 - 17:00', '9:00 17:00', '8:59'],
    ['9-17', '9:00 17:00', '17:01'],
    ['9 am - 5 pm', '9:00 17:00', '8:59 17:01'],
    ['12am-12PM', '0:00 12:00', '12:01'],
    ['! 9:00 - 17:00', '8:59 17:01', '9:00 17:00'],
    ['22:00-6:30', '22:01 23:59 0:00 6:29', '22:00 6:30 12:00'],
    ['!22:00-6:30', '22:01 0:00', '22:00 6:30 12:00'],
    ['10 pm - 6:30 am', '22:01', '22:00'],
    ['9:00-9:00', '9:00', '9:01 8:59'],
    ['9:75-10:00', '10:00', '9:59 13:00'],
    ['9:00-', '9:01 23:59', '9:00 0:00'],
  ]
  const holdsAt = (text: string, time: string) => {
    const parsed = parseTimeRange(text)
    const [hour = 0, minute = 0] = time.split(':').map(Number)
    return 'value' in parsed ? parsed.value.holds(hour, minute) : parsed.wrong
  }
  for (const [text, inside, outside] of cases) {
    it(`${text} holds at ${inside}, not at ${outside}`, () => {
      for (const time of inside.split(' ')) assert.equal(holdsAt(text, time), true, time)
      for (const time of outside.split(' ')) assert.equal(holdsAt(text, time), false, time)
    })
  }
  for (const text of [
    '',
    '-9:00',
    '9:00',
    '9:00-17:00-18:00',
    '13pm-14pm',
    '24:00-1:00',
    '9.00-17.00',
    '9-17pm',
  ]) {
    it(`${JSON.stringify(text)} is refused`, () => assert.ok('wrong' in parseTimeRange(text)))
  }
  it('a missing end is complained about', () => {
    const [open, closed] = [parseTimeRange('9:00-'), parseTimeRange('9:00-10:00')]
    assert.equal('value' in open && open.value.complaint, 'has no end; 0:00 is used')
    assert.equal('value' in closed && closed.value.complaint, undefined)
  })
})
