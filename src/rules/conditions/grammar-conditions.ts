import { ipMatches, parseIpPattern } from '../../dialect/ip-list.ts'
import { parseTimeRange } from '../../dialect/time-range.ts'
import { parseWeekdays } from '../../dialect/weekday.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'
import type { Condition } from '../condition.ts'
import type { Evaluation } from '../evaluation.ts'
import type { LoadContext } from '../load-context.ts'
import type { ProblemList } from '../problem-list.ts'
import type { TextDraft } from '../rule-draft.ts'
import { readNegate } from '../rule-reader.ts'
import { valueCondition } from './pattern-condition.ts'

/** Several elements form a list; `negate` of the last one negates the whole (spec/rules.md §3.3). */
export function ipCondition(
  element: 'srcip' | 'dstip',
  items: readonly XmlElement[],
  problems: ProblemList,
): Condition | undefined {
  const last = items.at(-1)
  if (!last) return undefined
  const negated = readNegate(last, problems)
  const patterns = items.flatMap((item) => readAddress(item, problems))
  return valueCondition({
    element,
    expected: `${negated ? 'not ' : ''}${items.map(({ content }) => content).join(' or ')}`,
    at: last.at,
    negated,
    tested: {
      subject: element,
      read: ({ fields }) => fields.fixed(element),
      holds: (value) => ipMatches(patterns, value) !== negated,
      ignoresCase: true,
      only: undefined,
    },
  })
}

function readAddress(item: XmlElement, problems: ProblemList) {
  const parsed = parseIpPattern(item.content)
  if ('wrong' in parsed) {
    problems.fatal('invalid-ip', `${item.name} ${parsed.wrong}`, item.contentAt)
    return []
  }
  if (parsed.hasIgnoredBang) {
    const message = `a ! in <${item.name}> means nothing; write negate="yes" to exclude addresses`
    problems.warn('ignored-bang', message, item.contentAt)
  }
  return [parsed.value]
}

export function timeCondition(
  time: TextDraft,
  context: LoadContext,
  problems: ProblemList,
): Condition | undefined {
  const parsed = parseTimeRange(time.text)
  if ('wrong' in parsed) {
    problems.fatal('invalid-time', `time ${parsed.wrong}`, time.contentAt)
    return undefined
  }
  const range = parsed.value
  if (range.complaint !== undefined) problems.error('invalid-time', `time ${range.complaint}`, time.contentAt)
  return clockCondition(time, context, (local) => range.holds(local.getUTCHours(), local.getUTCMinutes()))
}

export function weekdayCondition(
  weekday: TextDraft,
  context: LoadContext,
  problems: ProblemList,
): Condition | undefined {
  const parsed = parseWeekdays(weekday.text)
  if ('wrong' in parsed) {
    problems.fatal('invalid-weekday', `weekday ${parsed.wrong}`, weekday.contentAt)
    return undefined
  }
  return clockCondition(weekday, context, (local) => parsed.value.has(local.getUTCDay()))
}

/** `local` shows the clock of the server in its UTC fields. */
function clockCondition(text: TextDraft, context: LoadContext, holds: (local: Date) => boolean): Condition {
  const localOf = ({ nowMs }: Evaluation): Date => new Date(nowMs + context.utcOffsetMinutes(nowMs) * 60_000)
  return {
    element: text.element,
    expected: text.text,
    at: text.at,
    negated: false,
    tested: undefined,
    about: undefined,
    test: (evaluation) => holds(localOf(evaluation)),
    actual: (evaluation) => localOf(evaluation).toISOString().slice(0, 16),
  }
}
