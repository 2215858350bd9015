/** When a module runs (spec/configuration.md §2.2). */
export interface Interval {
  readonly amount: number
  readonly unit: 'seconds' | 'months'
}

export interface Schedule {
  readonly interval: Interval
  /** 1 to 31. */
  readonly day: number | undefined
  /** 0 is Sunday. */
  readonly weekday: number | undefined
  readonly time: TimeOfDay | undefined
}

/** Local time. */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `60`, `5m`, `1w`, `2M` (months); `undefined` when it is none. */
export function parseInterval(content: string): Interval | undefined {
  const [, digits, suffix = ''] = /^(\d{1,9})([smhdwM]?)$/.exec(content) ?? []
  const number = Number(digits)
  if (digits === undefined || number === 0) return undefined
  if (suffix === 'M') return { amount: number, unit: 'months' }
  return { amount: number * (secondsOf[suffix] ?? 1), unit: 'seconds' }
}

/** `7:05` and `07:05`. */
export function parseTimeOfDay(content: string): TimeOfDay | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{1,2})$/.exec(content) ?? []
  const time = { hour: Number(hours), minute: Number(minutes) }
  return time.hour <= 23 && time.minute <= 59 ? time : undefined
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** `monday` and `Mon`. */
export function parseWeekday(content: string): number | undefined {
  const word = content.toLowerCase()
  const found = weekdays.findIndex((day) => word === day || word === day.slice(0, 3))
  return found === -1 ? undefined : found
}

export interface Adjusted {
  readonly schedule: Schedule
  /** What was changed, for the operator. */
  readonly warning: string | undefined
}

const week = 604_800
const dayLength = 86_400

/** Makes interval and calendar fit each other. Throws when both a day of the month and of the week are given. */
export function adjustSchedule(given: Schedule): Adjusted {
  const { interval, day, weekday, time } = given
  const midnight = time ?? { hour: 0, minute: 0 }
  if (day !== undefined && weekday !== undefined) throw new Error('options day and wday are not compatible')
  if (day !== undefined) {
    const fits = interval.unit === 'months'
    const schedule = {
      ...given,
      time: midnight,
      interval: fits ? interval : ({ amount: 1, unit: 'months' } as const),
    }
    return { schedule, warning: fits ? undefined : 'interval must be a multiple of one month; new value: 1M' }
  }
  if (weekday !== undefined)
    return fitted(
      { ...given, time: midnight },
      week,
      'interval must be a multiple of one week; new value: 1w',
    )
  if (time !== undefined)
    return fitted(given, dayLength, 'interval must be a multiple of one day; new value: 1d')
  if (interval.unit === 'months')
    return {
      schedule: { ...given, day: 1, time: midnight },
      warning: 'interval in months: the day is set to the first',
    }
  return { schedule: given, warning: undefined }
}

function fitted(schedule: Schedule, unit: number, warning: string): Adjusted {
  const { interval } = schedule
  if (interval.unit === 'seconds' && interval.amount % unit === 0) return { schedule, warning: undefined }
  return { schedule: { ...schedule, interval: { amount: unit, unit: 'seconds' } }, warning }
}

/** Milliseconds from `nowMs` to the first run of an adjusted schedule. */
export function firstRunInMs({ interval, day, weekday, time }: Schedule, nowMs: number): number {
  const now = new Date(nowMs)
  const { hour, minute } = time ?? { hour: 0, minute: 0 }
  const at = (year: number, month: number, date: number): number =>
    new Date(year, month, date, hour, minute).getTime()
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()]
  if (day !== undefined) {
    const target = at(year, month, day)
    const months = interval.unit === 'months' ? interval.amount : 1
    return (target > nowMs ? target : at(year, month + months, day)) - nowMs
  }
  if (weekday !== undefined) {
    const target = at(year, month, date + ((weekday - now.getDay() + 7) % 7))
    return (target > nowMs ? target : at(year, month, date + 7)) - nowMs
  }
  if (time !== undefined) {
    const target = at(year, month, date)
    return (target > nowMs ? target : at(year, month, date + 1)) - nowMs
  }
  return interval.unit === 'seconds' ? interval.amount * 1000 : 0
}
