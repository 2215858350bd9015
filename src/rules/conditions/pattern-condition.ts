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
  const tested = new PatternOnValue({ subject, read, pattern, negated })
  return new ValueCondition({ element, expected: tested, at, negated, tested })
}

/** A condition that depends on one value. */
export function valueCondition(parts: ValueParts): Condition {
  return new ValueCondition(parts)
}

/** The same on the text of the event, which is lower-cased only once for all rules. */
export function logCondition(element: string, pattern: Pattern, negated: boolean, at: Place): Condition {
  return new LogCondition(element, new PatternOnValue({ subject: 'text', read: logOf, pattern, negated }), at)
}

// A ruleset has thousands of these: they hold nothing that can be made from the pattern.

class PatternOnValue implements TestedValue {
  readonly subject: string
  readonly read: Read
  readonly pattern: Pattern
  readonly negated: boolean

  constructor({ subject, read, pattern, negated }: Pick<Parts, 'subject' | 'read' | 'pattern' | 'negated'>) {
    this.subject = subject
    this.read = read
    this.pattern = pattern
    this.negated = negated
  }

  holds(value: ByteString): boolean {
    return this.pattern.test(value) !== this.negated
  }

  get ignoresCase(): boolean {
    return this.pattern.dialect !== 'pcre2'
  }

  get only(): readonly ByteString[] | undefined {
    return this.negated ? undefined : onlyValues(this.pattern)
  }

  get literals(): Pattern['literals'] {
    return this.negated ? undefined : this.pattern.literals
  }

  toString(): string {
    return `${this.negated ? 'not ' : ''}${this.pattern.dialect} ${JSON.stringify(this.pattern.source)}`
  }
}

interface ValueParts extends Pick<Condition, 'element' | 'at' | 'negated'> {
  readonly expected: string | PatternOnValue
  readonly tested: TestedValue
}

class ValueCondition implements Condition {
  readonly element: string
  readonly at: Place
  readonly negated: boolean
  readonly tested: TestedValue
  readonly #expected: string | PatternOnValue

  constructor({ element, expected, at, negated, tested }: ValueParts) {
    this.element = element
    this.at = at
    this.negated = negated
    this.tested = tested
    this.#expected = expected
  }

  get expected(): string {
    return String(this.#expected)
  }

  get about(): TestedValue {
    return this.tested
  }

  test({ event }: Evaluation): boolean {
    const value = this.tested.read(event)
    return value !== undefined && this.tested.holds(value)
  }

  actual({ event }: Evaluation): ByteString | undefined {
    return this.tested.read(event)
  }
}

class LogCondition implements Condition {
  readonly element: string
  readonly at: Place
  readonly tested: TestedValue | undefined
  readonly about: PatternOnValue

  constructor(element: string, about: PatternOnValue, at: Place) {
    this.element = element
    this.at = at
    this.about = about
    this.tested = firstByteOf(about.pattern, about.negated)
  }

  get negated(): boolean {
    return this.about.negated
  }

  get expected(): string {
    return String(this.about)
  }

  get needs(): readonly ByteString[] | undefined {
    return this.negated ? undefined : neededTexts(this.about.pattern)
  }

  test(evaluation: Evaluation): boolean {
    const { pattern, negated } = this.about
    const lower = pattern.needsLower ? evaluation.lowerLog : undefined
    return pattern.test(evaluation.event.log, lower) !== negated
  }

  actual({ event }: Evaluation): ByteString | undefined {
    return event.log
  }
}

const logOf: Read = ({ log }) => log

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

/** When every alternative compares the whole value. */
function onlyValues({ literals }: Pattern): readonly ByteString[] | undefined {
  if (!literals || literals.length === 0 || literals.some(({ kind }) => kind !== 'equals')) return undefined
  return literals.map(({ text }) => text)
}
