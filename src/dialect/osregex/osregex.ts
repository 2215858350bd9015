import { compileFoldedContains } from '../contains.ts'
import { compileLiterals } from '../literal-set.ts'
import type { MatchBudget } from '../match-budget.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { Compiled, Literal, Match, Pattern, PatternOptions } from '../pattern.ts'
import { refuse } from '../pattern.ts'
import type { Alternative } from './alternative.ts'
import { parseOsRegex, unionOf } from './alternative.ts'
import { costExponent } from './blow-up.ts'
import { exhausted, Machine, noMatch } from './machine.ts'

const maxPatternBytes = 20_480
/** The budget is used up by subjects of a few hundred bytes from this power on. */
const proneExponent = 4
/** From here on a lower-case copy of a subject costs more than looking at it. */
const longSubject = 200

/** OSRegex (spec/decoders.md §1). */
export function compileOsRegex(source: string, options: PatternOptions = {}): Compiled {
  if (source.length > maxPatternBytes) {
    return refuse('osregex', source, `longer than ${maxPatternBytes} bytes`)
  }
  const alternatives = parseOsRegex(source)
  if (typeof alternatives === 'string') return refuse('osregex', source, alternatives)
  return { pattern: new OsRegex(source, alternatives, options) }
}

/** One alternative over the whole subject: the end index, `noMatch` or `exhausted`. */
interface Matcher {
  /** Of the last capturing run; see `Machine`. */
  readonly marks: Int32Array | undefined
  readonly groups: number
  end(subject: string, lower: string, from: number, isCapturing: boolean): number
}

class OsRegex implements Pattern {
  readonly dialect = 'osregex'
  readonly source: string
  readonly groups: number
  readonly literals: readonly Literal[] | undefined
  readonly isLiteral: boolean
  readonly firstBytes: Uint8Array | undefined
  readonly needsLower = true
  readonly #options: PatternOptions
  /** Without letters a subject needs no lower case. */
  readonly #hasLetters: boolean
  /** Whether a subject in any case has the literal that it must have. */
  readonly #hasRequired: ((subject: string, from: number) => boolean) | undefined
  // Most patterns of a ruleset are never run: what runs them is made when it is needed.
  #made: readonly Matcher[] | undefined = undefined
  #check: ((lower: string, from: number) => boolean) | undefined = undefined

  constructor(source: string, alternatives: readonly Alternative[], options: PatternOptions) {
    this.source = source
    this.#options = options
    const firstBytes = alternatives.map((alternative) => alternative.firstBytes)
    const known = firstBytes.filter((set) => set !== undefined)
    this.firstBytes = known.length < firstBytes.length ? undefined : unionOf(known)
    this.groups = Math.max(...alternatives.map(({ groups }) => groups))
    const literals = alternatives.map(literalOf).filter((literal) => literal !== undefined)
    // A copy is exactly as long as it is, and stays.
    this.literals = literals.length === alternatives.length ? literals.slice() : undefined
    this.isLiteral = this.literals !== undefined && alternatives.every(({ isLiteral }) => isLiteral)
    this.#hasLetters = alternatives.some(({ head, runs }) => /[a-z]/.test(head + runs.join('')))
    const [only, second] = this.literals ?? []
    this.#hasRequired =
      only && !second && only.kind === 'contains' ? compileFoldedContains(only.text) : undefined
  }

  get isBlowUpProne(): boolean {
    return this.#parse().some((alternative) => costExponent(alternative) >= proneExponent)
  }

  #parse(): readonly Alternative[] {
    const alternatives = parseOsRegex(this.source)
    if (typeof alternatives === 'string') throw new Error(`a pattern that was read before: ${alternatives}`)
    return alternatives
  }

  get #matchers(): readonly Matcher[] {
    this.#made ??= this.#parse().map((alternative) =>
      alternative.isLiteral
        ? literalMatcher(alternative)
        : new MachineMatcher(alternative, this.#options.budget),
    )
    return this.#made
  }

  test(subject: string, lower: string = lowerAscii(subject)): boolean {
    if (!this.isLiteral) return this.#end(subject, 0, lower) !== noMatch
    this.#check ??= compileLiterals(this.literals ?? [])
    return this.#check(lower, 0)
  }

  match(subject: string, from: number, lower?: string): number {
    if (lower === undefined && this.#lacksRequired(subject, from)) return -1
    const end = this.#end(subject, from, lower ?? (this.#hasLetters ? lowerAscii(subject) : subject))
    return end === noMatch ? -1 : restAfter(end, subject, from)
  }

  /** Spares long subjects their lower-case copy. */
  #lacksRequired(subject: string, from: number): boolean {
    if (this.#hasRequired === undefined || subject.length - from < longSubject) return false
    return !this.#hasRequired(subject, from)
  }

  exec(subject: string, from: number, lower: string = lowerAscii(subject)): Match | undefined {
    const isCapturing = this.groups > 0
    for (const matcher of this.#matchers) {
      const end = matcher.end(subject, lower, from, isCapturing)
      if (end === exhausted) this.#options.onExhausted?.(this)
      else if (end !== noMatch) {
        const captures = readCaptures(matcher, subject)
        return captures && { rest: restAfter(end, subject, from), captures }
      }
    }
    return undefined
  }

  #end(subject: string, from: number, lower: string): number {
    for (const matcher of this.#matchers) {
      const end = matcher.end(subject, lower, from, false)
      if (end === exhausted) this.#options.onExhausted?.(this)
      else if (end !== noMatch) return end
    }
    return noMatch
  }
}

/** An end index of -1 leaves the whole subject (spec/decoders.md §1.8). */
function restAfter(end: number, subject: string, from: number): number {
  return end < from ? from : Math.min(end + 1, subject.length)
}

/** `undefined`: a group closed before it opened, so the whole pattern does not match (spec/decoders.md §1.8). */
function readCaptures({ marks, groups }: Matcher, subject: string): readonly string[] | undefined {
  const captures: string[] = []
  if (!marks) return captures
  for (let k = 0; k < groups; k += 1) {
    const open = marks[2 * k] ?? -1
    const close = marks[2 * k + 1] ?? -1
    if (open === -1 || close === -1) break
    if (close < open) return undefined
    captures.push(subject.slice(open, close))
  }
  return captures
}

/** Says the same as the machine without running it (spec/decoders.md §1.9). */
function literalMatcher({ head, isStart, isEnd }: Alternative): Matcher {
  const { length } = head
  return { marks: undefined, groups: 0, end: endOf() }

  function endOf(): Matcher['end'] {
    if (length === 0 && isEnd) return (subject, _, from) => (from === subject.length ? from : noMatch)
    if (length === 0) return (_subject, _lower, from) => from
    if (isStart && isEnd) {
      return (_, lower, from) =>
        lower.length - from === length && lower.startsWith(head, from) ? lower.length - 1 : noMatch
    }
    if (isStart) return (_, lower, from) => (lower.startsWith(head, from) ? from + length - 1 : noMatch)
    if (isEnd) {
      return (_, lower, from) =>
        lower.length - from >= length && lower.endsWith(head) ? lower.length - 1 : noMatch
    }
    return (_, lower, from) => {
      const at = lower.indexOf(head, from)
      return at === -1 ? noMatch : at + length - 1
    }
  }
}

function holdsInOrder(runs: readonly string[], lower: string, from: number): boolean {
  let at = from
  for (const run of runs) {
    at = lower.indexOf(run, at)
    if (at === -1) return false
    at += run.length
  }
  return true
}

/** The machine behind what must be true of a matching subject: its literals, one after the other. */
class MachineMatcher implements Matcher {
  readonly groups: number
  readonly #alternative: Alternative
  readonly #runs: readonly string[]
  readonly #budget: MatchBudget | undefined
  #machine: Machine | undefined = undefined

  constructor(alternative: Alternative, budget: MatchBudget | undefined) {
    const { groups, head, isStart, runs } = alternative
    this.groups = groups
    this.#alternative = alternative
    this.#budget = budget
    this.#runs = isStart && head !== '' ? runs.slice(1) : runs
  }

  get marks(): Int32Array | undefined {
    return this.#machine?.marks
  }

  end(subject: string, lower: string, from: number, isCapturing: boolean): number {
    const { head, isStart, firstBytes } = this.#alternative
    if (firstBytes !== undefined && firstBytes[subject.charCodeAt(from)] === 0) return noMatch
    if (isStart && head !== '' && !lower.startsWith(head, from)) return noMatch
    if (!holdsInOrder(this.#runs, lower, from + (isStart ? head.length : 0))) return noMatch
    this.#machine ??= new Machine(this.#alternative, this.#budget) // most patterns never get this far
    return this.#machine.run(subject, lower, from, isCapturing)
  }
}

/** What a subject must have so that the alternative can match; all it must have when `isLiteral`. */
function literalOf({ head, required, isLiteral, isStart, isEnd }: Alternative): Literal | undefined {
  if (isLiteral) {
    if (isEnd && (isStart || head === '')) return { kind: 'equals', text: head }
    if (head === '') return undefined
    if (isStart) return { kind: 'prefix', text: head }
    return { kind: isEnd ? 'suffix' : 'contains', text: head }
  }
  if (isStart && head !== '') return { kind: 'prefix', text: head }
  return required === '' ? undefined : { kind: 'contains', text: required }
}
