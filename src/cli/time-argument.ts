import { parseSeconds } from '../config/option.ts'
import { timeOf } from '../store/query/value.ts'

/** `24h` (that long ago) or an ISO 8601 date or time, as milliseconds. Throws a sentence for the user. */
export function timeArgument(name: string, text: string, nowMs: number): number {
  const seconds = parseSeconds(text)
  if (seconds !== undefined) return nowMs - seconds * 1000
  const ms = timeOf(text)
  if (ms === undefined)
    throw new UsageProblem(`${name} must be like 24h, 7d, 2026-11-22 or 2026-11-22T10:00:00Z, not '${text}'`)
  return ms
}

/** The arguments are wrong; the message says what would be right. */
export class UsageProblem extends Error {}
