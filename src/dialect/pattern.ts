import type { MatchBudget } from './match-budget.ts'
import type { Problem } from './problem.ts'

export type Dialect = 'osmatch' | 'osregex' | 'pcre2'

/** One thing that can be said about a subject with plain string functions. */
export interface Literal {
  readonly kind: 'equals' | 'prefix' | 'suffix' | 'contains'
  /** ASCII lower case: compare with the lower-cased subject. Never empty but for `equals`. */
  readonly text: string
}

export interface Match {
  /** Index in the subject where the remainder begins that `offset` of a later element sees (spec/decoders.md §1.7). */
  readonly rest: number
  /** Groups in order up to the last one that took part. A PCRE2 group before that which did not is an empty text. */
  readonly captures: readonly string[]
}

/**
 * A compiled pattern of one of the three dialects. Subjects are byte strings. Wherever `lower` is accepted it is `lowerAscii` of the
 * same subject; a caller that tests many patterns against one subject makes it once, without it each call that needs it does.
 * Nothing here throws, and every call ends soon: a pattern that uses up its budget does not match and calls `onExhausted`.
 */
export interface Pattern {
  readonly dialect: Dialect
  readonly source: string
  /** Capture groups; 0 for OSMatch. */
  readonly groups: number
  /** If the pattern matches then at least one of these holds, seen from the offset. `undefined`: nothing is known. */
  readonly literals: readonly Literal[] | undefined
  /** The other direction holds as well: the pattern is nothing but its literals. */
  readonly isLiteral: boolean
  /** 256 flags: a subject that is not empty can only match when the byte at the offset has one. Absent: nothing is known. */
  readonly firstBytes?: Uint8Array | undefined
  /** False: `test` is as quick without `lower`. */
  readonly needsLower: boolean
  /** There are subjects on which matching takes very long or is given up; a linter should say so. */
  readonly isBlowUpProne: boolean
  test(subject: string, lower?: string): boolean
  /** As if the subject began at `from`. Where the remainder begins; -1 when it does not match. */
  match(subject: string, from: number, lower?: string): number
  /** Like `match`, with captures. OSRegex differs in corner cases between the two (spec/decoders.md §1.5, rule E1). */
  exec(subject: string, from: number, lower?: string): Match | undefined
}

export interface PatternOptions {
  /** A match was given up because the budget of steps was used up; it counts as no match. Once per occurrence. */
  readonly onExhausted?: (pattern: Pattern) => void
  /** What this pattern shares with others for one event; without it only its own budget counts. */
  readonly budget?: MatchBudget
}

/** The problem has no place yet: the caller knows where the pattern stands. */
export type Compiled = { readonly pattern: Pattern } | { readonly problem: Problem }

export function refuse(dialect: Dialect, source: string, reason: string): Compiled {
  const shown = source.length > 60 ? `${source.slice(0, 60)}...` : source
  const message = `${nameOf[dialect]} pattern ${JSON.stringify(shown)}: ${reason}`
  return { problem: { code: 'pattern-syntax', severity: 'fatal', message } }
}

const nameOf: Readonly<Record<Dialect, string>> = { osmatch: 'OSMatch', osregex: 'OSRegex', pcre2: 'PCRE2' }
