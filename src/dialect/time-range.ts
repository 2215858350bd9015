/** `9:00 - 17:00`, `!6 pm - 8:30 am` of a rule's `<time>` (spec/rules.md §3.3). */
export interface TimeRange {
  /** Local time of the event, hours from 0 and minutes. */
  holds(hour: number, minute: number): boolean
  /** Accepted although something is missing: a sentence for whoever reads the load report. */
  readonly complaint: string | undefined
}

type ParsedTimeRange = { readonly value: TimeRange } | { readonly wrong: string }

const form = /^ *(!?) *(\d{1,2})(?::(\d\d))? *(am|pm)? *- *(?:(\d{1,2})(?::(\d\d))? *(am|pm)? *)?$/i
const accepted = 'must be a range such as 9:00-17:00, !9:00-17:00 or 10 pm - 6:30 am'

export function parseTimeRange(text: string): ParsedTimeRange {
  const found = text.length > 64 ? null : form.exec(text)
  if (!found) return { wrong: accepted }
  const [, bang, startHour, startMinute, startHalf, endHour, endMinute, endHalf] = found
  const start = timeOf(startHour, startMinute, startHalf)
  const end = timeOf(endHour ?? '0', endMinute, endHalf)
  if (start === undefined || end === undefined) return { wrong: `${accepted}, hours 0 to 23` }
  const complaint = endHour === undefined ? 'has no end; 0:00 is used' : undefined
  // A range over midnight leaves out its first and last minute, and a ! before it means nothing.
  if (start > end) return { value: { holds: (h, m) => h * 100 + m > start || h * 100 + m < end, complaint } }
  const isWithin = bang === ''
  return {
    value: { holds: (h, m) => (h * 100 + m >= start && h * 100 + m <= end) === isWithin, complaint },
  }
}

/** Hours times 100 plus minutes, because minutes beyond 59 are accepted and compare like that. */
function timeOf(hour: string | undefined, minute = '0', half?: string): number | undefined {
  let hours = Number(hour)
  if (hours > (half ? 12 : 23)) return undefined
  if (half && hours === 12) hours = 0
  if (half?.toLowerCase() === 'pm') hours += 12
  return hours * 100 + Number(minute)
}
