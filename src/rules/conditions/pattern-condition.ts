import type { Pattern } from '../../dialect/pattern.ts'
import type { Place } from '../../dialect/problem.ts'
import type { ByteString } from '../../event/byte-string.ts'
import type { DecodedEvent } from '../../event/decoded-event.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { Condition, TestedValue } from '../condition.ts'
import type { Evaluation } from '../evaluation.ts'

export type Read = (event: DecodedEvent) => ByteString | undefined

interface Parts {
  readonly element: string
  /** Equal for conditions on the same value. */
  readonly subject: string
  readonly read: Read
  readonly pattern: Pattern
  readonly negated: boolean
  readonly at: Place
}

/** A pattern on one value. A value that is absent fails, negated or not (spec/rules.md §3.1). */
export function patternCondition({ element, subject, read, pattern, negated, at }: Parts): Condition {
  const holds = negated
    ? (value: ByteString) => !pattern.test(value)
    : (value: ByteString) => pattern.test(value)
  return valueCondition({
    element,
    expected: describe(pattern, negated),
    at,
    negated,
    tested: {
      subject,
      read,
      holds,
      ...claimsOf(pattern, negated),
    },
  })
}

function claimsOf(
  pattern: Pattern,
  negated: boolean,
): Pick<TestedValue, 'ignoresCase' | 'only' | 'literals'> {
  return {
    ignoresCase: pattern.dialect !== 'pcre2',
    only: negated ? undefined : onlyValues(pattern),
    literals: negated ? undefined : pattern.literals,
  }
}

/** A condition that depends on one value. */
export function valueCondition(
  parts: Pick<Condition, 'element' | 'expected' | 'at' | 'negated'> & { readonly tested: TestedValue },
): Condition {
  const { read, holds } = parts.tested
  return {
    ...parts,
    about: parts.tested,
    test: ({ event }) => {
      const value = read(event)
      return value !== undefined && holds(value)
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
    tested: firstByteOf(pattern, negated),
    about: {
      subject: 'text',
      read: ({ log }) => log,
      holds: (log) => pattern.test(log) !== negated,
      ...claimsOf(pattern, negated),
    },
    needs: negated ? undefined : neededTexts(pattern),
    test: pattern.needsLower
      ? (evaluation: Evaluation) => pattern.test(evaluation.event.log, evaluation.lowerLog) !== negated
      : (evaluation: Evaluation) => pattern.test(evaluation.event.log) !== negated,
    actual: ({ event }) => event.log,
  }
}

/** Patterns that begin with a literal can be told apart by the first byte of the text. */
function firstByteOf({ literals }: Pattern, negated: boolean): TestedValue | undefined {
  if (negated || !literals || literals.length === 0) return undefined
  if (literals.some(({ kind, text }) => (kind !== 'equals' && kind !== 'prefix') || text === ''))
    return undefined
  const bytes = new Set(literals.map(({ text }) => text.charAt(0)))
  return {
    subject: 'first byte of the text',
    read: ({ log }) => lowerAscii(log.charAt(0)),
    holds: (byte) => bytes.has(byte),
    isAll: false,
    ignoresCase: true,
    only: undefined,
  }
}

/** What a text must contain; empty texts say nothing. */
function neededTexts({ literals }: Pattern): readonly ByteString[] | undefined {
  if (!literals || literals.length === 0 || literals.some(({ text }) => text === '')) return undefined
  return literals.map(({ text }) => text)
}

function describe(pattern: Pattern, negated: boolean): string {
  return `${negated ? 'not ' : ''}${pattern.dialect} ${JSON.stringify(pattern.source)}`
}

/** When every alternative compares the whole value. */
function onlyValues({ literals }: Pattern): readonly ByteString[] | undefined {
  if (!literals || literals.length === 0 || literals.some(({ kind }) => kind !== 'equals')) return undefined
  return literals.map(({ text }) => text)
}
