import type { XmlElement } from '../../dialect/xml-element.ts'
import type { Condition } from '../condition.ts'
import type { LoadContext } from '../load-context.ts'
import { type ProblemList, quoted } from '../problem-list.ts'
import type { TextDraft } from '../rule-draft.ts'
import { readNegate } from '../rule-reader.ts'

/** Several elements form a list; `negate` of the last one negates the whole (spec/rules.md §3.3). */
export function ipCondition(
  element: 'srcip' | 'dstip',
  items: readonly XmlElement[],
  problems: ProblemList,
): Condition | undefined {
  const last = items.at(-1)
  if (!last) return undefined
  const negated = readNegate(last, problems)
  const ranges = items.map((item) => parseRange(item.content))
  for (const [index, item] of items.entries())
    if (!ranges[index])
      problems.fatal('invalid-ip', `${quoted(item.content)} is not an address`, item.contentAt)
  return {
    element,
    expected: `${negated ? 'not ' : ''}${items.map(({ content }) => content).join(' or ')}`,
    at: last.at,
    negated,
    equality: undefined,
    test: ({ event }) => {
      const value = event.fields.fixed(element)
      if (value === undefined) return false
      const number = parseAddress(value)
      return (
        ranges.some(
          (range) => number !== undefined && range && (number & range.mask) >>> 0 === range.base,
        ) !== negated
      )
    },
    actual: ({ event }) => event.fields.fixed(element),
  }
}

function parseAddress(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return parts?.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
}

function parseRange(text: string): { base: number; mask: number } | undefined {
  const [address = '', bits = '32'] = text.replace('!', '').split('/')
  const number = parseAddress(address)
  if (number === undefined) return undefined
  const mask = Number(bits) === 0 ? 0 : (-1 << (32 - Number(bits))) >>> 0
  return { base: (number & mask) >>> 0, mask }
}

export function timeCondition(
  _time: TextDraft,
  _context: LoadContext,
  _problems: ProblemList,
): Condition | undefined {
  return undefined
}

export function weekdayCondition(
  _weekday: TextDraft,
  _context: LoadContext,
  _problems: ProblemList,
): Condition | undefined {
  return undefined
}
