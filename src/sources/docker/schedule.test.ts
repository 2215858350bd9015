import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adjustSchedule, firstRunInMs, parseInterval, parseTimeOfDay, parseWeekday } from './schedule.ts'

const intervals = [
  ['60', { amount: 60, unit: 'seconds' }],
  ['5m', { amount: 300, unit: 'seconds' }],
  ['1w', { amount: 604_800, unit: 'seconds' }],
  ['2M', { amount: 2, unit: 'months' }],
  ['0', undefined],
  ['-1', undefined],
  ['1h30m', undefined],
  ['5 m', undefined],
  ['', undefined],
] as const
describe('parseInterval()', () => {
  for (const [text, interval] of intervals)
    it(`${JSON.stringify(text)} is ${JSON.stringify(interval)}`, () =>
      assert.deepEqual(parseInterval(text), interval))
})

describe('parseTimeOfDay()', () => {
  const times = [
    ['7:05', { hour: 7, minute: 5 }],
    ['23:59', { hour: 23, minute: 59 }],
    ['24:00', undefined],
    ['12:60', undefined],
    ['noon', undefined],
  ] as const
  for (const [text, time] of times)
    it(`${text} is ${JSON.stringify(time)}`, () => assert.deepEqual(parseTimeOfDay(text), time))
})

describe('parseWeekday()', () => {
  const days = [
    ['sunday', 0],
    ['SAT', 6],
    ['Wednesday', 3],
    ['someday', undefined],
  ] as const
  for (const [text, day] of days) it(`${text} is ${day}`, () => assert.equal(parseWeekday(text), day))
})

const second = (amount: number) => ({ amount, unit: 'seconds' }) as const
const month = (amount: number) => ({ amount, unit: 'months' }) as const
const none = { day: undefined, weekday: undefined, time: undefined }
const noon = { hour: 12, minute: 0 }
const midnight = { hour: 0, minute: 0 }

const adjusted = [
  ['a plain interval', { ...none, interval: second(60) }, { ...none, interval: second(60) }, undefined],
  [
    'a day',
    { ...none, day: 3, interval: second(60) },
    { ...none, day: 3, time: midnight, interval: month(1) },
    /one month/,
  ],
  [
    'a day every two months',
    { ...none, day: 3, time: noon, interval: month(2) },
    { ...none, day: 3, time: noon, interval: month(2) },
    undefined,
  ],
  [
    'a weekday',
    { ...none, weekday: 1, interval: second(60) },
    { ...none, weekday: 1, time: midnight, interval: second(604_800) },
    /one week/,
  ],
  [
    'a time',
    { ...none, time: noon, interval: second(60) },
    { ...none, time: noon, interval: second(86_400) },
    /one day/,
  ],
  [
    'a time every two days',
    { ...none, time: noon, interval: second(172_800) },
    { ...none, time: noon, interval: second(172_800) },
    undefined,
  ],
  [
    'months',
    { ...none, interval: month(1) },
    { ...none, day: 1, time: midnight, interval: month(1) },
    /the first/,
  ],
] as const
describe('adjustSchedule()', () => {
  for (const [name, given, schedule, warning] of adjusted) {
    it(`makes interval and calendar fit for ${name}`, () => {
      const found = adjustSchedule(given)
      assert.deepEqual(found.schedule, schedule)
      if (warning) assert.match(found.warning ?? '', warning)
      else assert.equal(found.warning, undefined)
    })
  }
  it('refuses a day of the month together with a day of the week', () =>
    assert.throws(
      () => adjustSchedule({ interval: second(60), day: 1, weekday: 1, time: undefined }),
      /options day and wday are not compatible/,
    ))
})

// Saturday.
const now = new Date(2026, 10, 21, 13, 0, 0).getTime()
const hours = 3_600_000
const waits = [
  ['a plain interval', { ...none, interval: second(60) }, 60_000],
  [
    'a time that is still to come',
    { ...none, time: { hour: 15, minute: 0 }, interval: second(86_400) },
    2 * hours,
  ],
  ['a time that has passed', { ...none, time: noon, interval: second(86_400) }, 23 * hours],
  [
    'the same weekday, later',
    { ...none, weekday: 6, time: { hour: 14, minute: 0 }, interval: second(604_800) },
    hours,
  ],
  [
    'the same weekday, passed',
    { ...none, weekday: 6, time: noon, interval: second(604_800) },
    (7 * 24 - 1) * hours,
  ],
  ['tomorrow', { ...none, weekday: 0, time: noon, interval: second(604_800) }, 23 * hours],
] as const
describe('firstRunInMs()', () => {
  for (const [name, schedule, ms] of waits)
    it(`waits ${ms / hours} hours for ${name}`, () => assert.equal(firstRunInMs(schedule, now), ms))
  it('takes the day of a later month when that of this month has passed', () =>
    assert.equal(
      firstRunInMs({ interval: month(3), day: 1, weekday: undefined, time: midnight }, now),
      new Date(2027, 1, 1).getTime() - now,
    ))
})
