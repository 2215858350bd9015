import type { XmlAttribute, XmlElement } from '../dialect/xml-element.ts'
import { type ProblemList, quoted } from './problem-list.ts'
import type { RuleAttributes } from './rule-draft.ts'

const digits = /^\d*$/
const maxLevel = 16
const maxIdDigits = 6

type Writable = { -readonly [K in keyof RuleAttributes]: RuleAttributes[K] }
type Draft = Omit<Writable, 'id' | 'level'> & { id: number | undefined; level: number | undefined }
/** Reads one value; false when it was refused. */
type Reader = (draft: Draft, attribute: XmlAttribute, problems: ProblemList) => void

const readers: Readonly<Record<string, Reader>> = {
  id: (draft, attribute, problems) => {
    if (!digits.test(attribute.value) || attribute.value.length > maxIdDigits)
      problems.fatal(
        'invalid-id',
        `id ${quoted(attribute.value)} is not a number of at most 6 digits`,
        attribute.at,
      )
    else if (attribute.value !== '') draft.id = Number(attribute.value)
  },
  level: (draft, attribute, problems) => {
    // What is not a number counts as not given.
    if (!digits.test(attribute.value)) return
    draft.level = Number(attribute.value)
    if (draft.level > maxLevel)
      problems.fatal(
        'invalid-level',
        `level ${attribute.value} is not between 0 and ${maxLevel}`,
        attribute.at,
      )
  },
  frequency: (draft, attribute, problems) => {
    const value = /^\d+$/.test(attribute.value) ? Number(attribute.value) : NaN
    if (value >= 2 && value <= 9999) draft.frequency = value
    else
      problems.fatal(
        'invalid-frequency',
        `frequency ${quoted(attribute.value)} is not between 2 and 9999`,
        attribute.at,
      )
  },
  timeframe: (draft, attribute, problems) => {
    draft.timeframe = firstDigits(attribute, 5, problems) ?? draft.timeframe
  },
  maxsize: (draft, attribute, problems) => {
    draft.maxsize = firstDigits(attribute, 4, problems) ?? draft.maxsize
  },
  ignore: (draft, attribute, problems) => {
    draft.ignoreSeconds = firstDigits(attribute, 6, problems) ?? draft.ignoreSeconds
  },
  accuracy: (draft, attribute, problems) => {
    draft.accuracy = firstDigits(attribute, 9, problems) ?? draft.accuracy
  },
  noalert: (draft, attribute, problems) => {
    if (attribute.value === '0' || attribute.value === '1') draft.noAlert = attribute.value === '1'
    else
      problems.warn(
        'invalid-noalert',
        `noalert ${quoted(attribute.value)} is not 0 or 1; ignored`,
        attribute.at,
      )
  },
  overwrite: (draft, attribute, problems) => {
    if (attribute.value === 'yes' || attribute.value === 'no') draft.overwrite = attribute.value === 'yes'
    else
      problems.fatal(
        'invalid-overwrite',
        `overwrite ${quoted(attribute.value)} is not yes or no`,
        attribute.at,
      )
  },
}

/** `undefined` when the number is empty or wrong. Only the first digits count (spec/rules.md §2). */
function firstDigits(attribute: XmlAttribute, count: number, problems: ProblemList): number | undefined {
  const { name, value, at } = attribute
  if (!digits.test(value)) {
    problems.fatal(`invalid-${name.toLowerCase()}`, `${name} ${quoted(value)} is not a number`, at)
    return undefined
  }
  return value === '' ? undefined : Number(value.slice(0, count))
}

/** Attributes of one rule (spec/rules.md §2); `undefined` when there is nothing to go on with. */
export function readAttributes(rule: XmlElement, problems: ProblemList): RuleAttributes | undefined {
  const draft: Draft = {
    id: undefined,
    level: undefined,
    frequency: undefined,
    timeframe: undefined,
    maxsize: 0,
    ignoreSeconds: 0,
    noAlert: false,
    overwrite: false,
    accuracy: 1,
  }
  const before = problems.fatalCount
  for (const attribute of rule.attributes) {
    const reader = readers[attribute.name.toLowerCase()]
    if (reader) reader(draft, attribute, problems)
    else
      problems.fatal('unknown-attribute', `a rule has no attribute ${quoted(attribute.name)}`, attribute.at)
  }
  const { id, level } = draft
  if (id !== undefined && level !== undefined) return { ...draft, id, level }
  if (problems.fatalCount === before)
    problems.fatal('no-id-or-level', 'a rule needs the attributes id and level, both numbers', rule.at)
  return undefined
}
