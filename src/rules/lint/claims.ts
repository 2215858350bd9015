import type { Literal } from '../../dialect/pattern.ts'
import type { Condition, TestedValue } from '../condition.ts'

/** Names of one value: engines and our Docker source send these pairs with equal contents. */
const sameValue: Readonly<Record<string, string>> = {
  'field docker.status': 'field docker.action',
  'field docker.id': 'field docker.actor.id',
}

/** What the condition is about; conditions on values that are always equal have equal subjects. */
export function subjectOf(condition: Condition): string | undefined {
  const subject = condition.about?.subject
  return subject === undefined ? undefined : (sameValue[subject] ?? subject)
}

function areAboutOne(one: Condition, other: Condition): boolean {
  const subject = subjectOf(one)
  return subject !== undefined && subject === subjectOf(other)
}

/** No event satisfies both. Only said when it is certain. */
export function excludes(one: Condition, other: Condition): boolean {
  const [left, right] = [one.about, other.about]
  if (!left || !right || !areAboutOne(one, other)) return false
  if (left.only && right.only) return !left.only.some((value) => right.only?.includes(value))
  return failsAll(left, right.only) || failsAll(right, left.only) || areApart(left, right)
}

/** Known values are in lower case: only conditions that ignore case can be asked. */
function failsAll(claim: TestedValue, values: readonly string[] | undefined): boolean {
  return values !== undefined && claim.ignoresCase && !values.some((value) => claim.holds(value))
}

function areApart({ literals: left }: TestedValue, { literals: right }: TestedValue): boolean {
  if (!left || !right || left.length === 0 || right.length === 0) return false
  return left.every((one) => right.every((other) => isImpossible(one, other)))
}

/** No text satisfies both literals. */
function isImpossible(one: Literal, other: Literal): boolean {
  if (one.kind === 'equals') return !satisfies(one.text, other)
  if (other.kind === 'equals') return !satisfies(other.text, one)
  if (one.kind !== other.kind || one.kind === 'contains') return false
  const [short, long] = one.text.length < other.text.length ? [one, other] : [other, one]
  return one.kind === 'prefix' ? !long.text.startsWith(short.text) : !long.text.endsWith(short.text)
}

function satisfies(text: string, { kind, text: literal }: Literal): boolean {
  switch (kind) {
    case 'equals':
      return text === literal
    case 'prefix':
      return text.startsWith(literal)
    case 'suffix':
      return text.endsWith(literal)
    case 'contains':
      return text.includes(literal)
  }
}

/** Whenever `fact` holds, `wanted` does. Only said when it is certain. */
export function implies(fact: Condition, wanted: Condition): boolean {
  if (isSameTest(fact, wanted)) return true
  const values = fact.about?.only
  const { about } = wanted
  if (!values || !about?.ignoresCase || !areAboutOne(fact, wanted)) return false
  return values.every((value) => about.holds(value))
}

function isSameTest(one: Condition, other: Condition): boolean {
  return one.element === other.element && one.expected === other.expected && one.about !== undefined
}

/** Both want something of one value, and some text satisfies both. */
export function areRelated(one: Condition, other: Condition): boolean {
  const [left, right] = [one.about, other.about]
  if (!left || !right || !areAboutOne(one, other)) return false
  return [...samplesOf(left), ...samplesOf(right)].some((text) => left.holds(text) && right.holds(text))
}

function samplesOf({ only, literals }: TestedValue): readonly string[] {
  return only ?? literals?.map(({ text }) => text) ?? []
}
