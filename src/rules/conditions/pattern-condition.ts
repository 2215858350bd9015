import type { Pattern } from '../../dialect/pattern.ts'
import type { Place } from '../../dialect/problem.ts'
import type { ByteString } from '../../event/byte-string.ts'
import type { DecodedEvent } from '../../event/decoded-event.ts'
import type { Condition, Equality } from '../condition.ts'
import type { Evaluation } from '../evaluation.ts'

export type Read = (event: DecodedEvent) => ByteString | undefined

export interface Tested {
  readonly element: string
  /** For `Equality`: which value this is. */
  readonly subject: string
  readonly read: Read
}

interface Parts {
  readonly tested: Tested
  readonly pattern: Pattern
  readonly negated: boolean
  readonly at: Place
}

/** A pattern on one value. A value that is absent fails, negated or not (spec/rules.md §3.1). */
export function patternCondition({ tested, pattern, negated, at }: Parts): Condition {
  const { read } = tested
  return {
    element: tested.element,
    expected: describe(pattern, negated),
    at,
    negated,
    equality: negated ? undefined : equalityOf(pattern, tested.subject),
    test: ({ event }) => {
      const value = read(event)
      return value !== undefined && pattern.test(value) !== negated
    },
    actual: ({ event }) => read(event),
  }
}

/** The same on the text of the event, which is lower-cased only once for all rules. */
export function logCondition(element: string, pattern: Pattern, negated: boolean, at: Place): Condition {
  return {
    element,
    expected: describe(pattern, negated),
    at,
    negated,
    equality: undefined,
    test: (evaluation: Evaluation) => pattern.test(evaluation.event.log, evaluation.lowerLog) !== negated,
    actual: ({ event }) => event.log,
  }
}

function describe(pattern: Pattern, negated: boolean): string {
  return `${negated ? 'not ' : ''}${pattern.dialect} ${JSON.stringify(pattern.source)}`
}

/** Only when every alternative compares the whole value. */
function equalityOf(pattern: Pattern, subject: string): Equality | undefined {
  const { literals } = pattern
  if (!literals || literals.length === 0 || literals.some(({ kind }) => kind !== 'equals')) return undefined
  return { subject, values: literals.map(({ text }) => text), ignoresCase: true }
}
