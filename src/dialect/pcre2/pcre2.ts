import { linearFallback } from '../linear-fallback.ts'
import { compileLiterals } from '../literal-set.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { MatchBudget } from '../match-budget.ts'
import type { Compiled, Literal, Match, Pattern, PatternOptions } from '../pattern.ts'
import { refuse } from '../pattern.ts'
import { costExponent, isExponential } from './blow-up.ts'
import { compileChain } from './chain.ts'
import type { Translation } from './ecma.ts'
import { toEcmaScript } from './ecma.ts'
import { firstBytes, isAnchored, isLineAnchored, literalsOf } from './facts.ts'
import { exhausted, Machine } from './machine.ts'
import type { Parsed } from './node.ts'
import { parsePcre2 } from './parse.ts'
import { compileProgram } from './program.ts'
import { isValidUtf8 } from './utf8.ts'

const maxPatternBytes = 20_480
/** What V8 may cost at worst, in its steps of one or two nanoseconds. */
const maxNativeSteps = 3e7
/** A worst case that is not worth counting. */
const freeNativeSteps = 1e6
/** V8 compiles many optional items in a row in exponential time. */
const maxNativeChoices = 2
/** With the linear fallback it costs no more than that up to this size of subject, whatever the pattern. */
const maxFallbackBytes = 4096

/** PCRE2 with no options, on bytes (spec/decoders.md §3). */
export function compilePcre2(source: string, options: PatternOptions = {}): Compiled {
  if (source.length > maxPatternBytes) return refuse('pcre2', source, `longer than ${maxPatternBytes} bytes`)
  const parsed = parsePcre2(source)
  return typeof parsed === 'string'
    ? refuse('pcre2', source, parsed)
    : { pattern: new Pcre2(source, parsed, options) }
}

class Pcre2 implements Pattern {
  readonly dialect = 'pcre2'
  readonly source: string
  readonly groups: number
  readonly literals: readonly Literal[] | undefined
  readonly isLiteral: boolean
  readonly needsLower: boolean
  readonly #options: PatternOptions
  // Most patterns of a ruleset are never run: what runs them is made when it is needed.
  #check: ((lower: string, from: number) => boolean) | undefined
  /** So many bytes tell whether a literal is there. */
  readonly #tellingBytes: number
  readonly #isUtf: boolean
  readonly #chain: ((subject: string) => boolean) | undefined
  #made: Engines | undefined

  constructor(source: string, parsed: Parsed, options: PatternOptions) {
    this.source = source
    this.groups = parsed.groups
    this.#isUtf = parsed.isUtf
    this.#options = options
    const found = literalsOf(parsed.root)
    this.literals = found?.literals
    this.isLiteral = found?.isExact === true && !parsed.isUtf
    this.#chain = compileChain(parsed)
    this.#tellingBytes = found?.literals.every(({ kind }) => kind === 'prefix')
      ? Math.max(...found.literals.map(({ text }) => text.length))
      : Infinity
    this.needsLower = this.#chain === undefined && found !== undefined && this.#tellingBytes === Infinity
  }

  get isBlowUpProne(): boolean {
    return isExponential(this.#parse().root)
  }

  test(subject: string, lower?: string): boolean {
    if (this.#chain && !subject.includes('\n')) return this.#chain(subject)
    if (this.#lacksLiteral(subject, 0, lower)) return false
    if (this.isLiteral) return true
    const native = this.#nativeFor(subject, 0)
    return native ? native.expression.test(subject) : this.#runMachine(subject, 0) >= 0
  }

  match(subject: string, from: number, lower?: string): number {
    if (this.#lacksLiteral(subject, from, lower)) return -1
    const native = this.#nativeFor(subject, from)
    if (!native) return restAfter(this.#runMachine(subject, from), from)
    const found = native.expression.exec(from === 0 ? subject : subject.slice(from))
    return found ? restAfter(from + endOf(found, native), from) : -1
  }

  exec(subject: string, from: number, lower?: string): Match | undefined {
    if (this.#lacksLiteral(subject, from, lower)) return undefined
    const native = this.#nativeFor(subject, from)
    if (!native?.hasExactGroups) return this.#execMachine(subject, from)
    const found = native.expression.exec(from === 0 ? subject : subject.slice(from))
    if (!found) return undefined
    const captures = found.slice(1, this.groups + 1)
    while (captures.length > 0 && captures.at(-1) === undefined) captures.pop()
    const rest = restAfter(from + endOf(found, native), from)
    return { rest, captures: captures.map((text: string | undefined) => text ?? '') }
  }

  #lacksLiteral(subject: string, from: number, lower: string | undefined): boolean {
    if (this.literals === undefined) return false
    this.#check ??= compileLiterals(this.literals)
    return !this.#check(lower ?? lowerAscii(subject.slice(0, from + this.#tellingBytes)), from)
  }

  /** Again: the tree would take more room than all the rest. */
  #parse(): Parsed {
    const parsed = parsePcre2(this.source)
    if (typeof parsed === 'string') throw new Error(`a pattern that was read before: ${parsed}`)
    return parsed
  }

  get #engines(): Engines {
    this.#made ??= new Engines(this.#parse(), this.#options.budget)
    return this.#made
  }

  #nativeFor(subject: string, from: number): Translation | undefined {
    return this.#engines.nativeFor(subject.length - from)
  }

  #execMachine(subject: string, from: number): Match | undefined {
    const end = this.#runMachine(subject, from)
    if (end < 0) return undefined
    const { registers } = this.#machine
    const captures: string[] = []
    for (let group = 1; group <= this.groups; group += 1) {
      const [start = -1, stop = -1] = registers.subarray(2 * group, 2 * group + 2)
      if (start === -1) continue
      while (captures.length < group - 1) captures.push('')
      captures.push(subject.slice(start, stop))
    }
    return { rest: restAfter(end, from), captures }
  }

  #runMachine(subject: string, from: number): number {
    if (this.#isUtf && !isValidUtf8(subject.slice(from))) return -1
    const end = this.#machine.run(subject, from)
    if (end === exhausted) this.#options.onExhausted?.(this)
    return end < 0 ? -1 : end
  }

  get #machine(): Machine {
    return this.#engines.machine
  }
}

/** What runs a pattern, made when it is first needed. */
class Engines {
  readonly #native: Translation | undefined
  /** Up to so many bytes V8 costs too little to be counted, up to so many it is bearable. */
  readonly #freeBytes: number
  readonly #maxBytes: number
  readonly #exponent: number
  readonly #parsed: Parsed
  readonly #budget: MatchBudget | undefined
  #machine: Machine | undefined

  constructor(parsed: Parsed, budget: MatchBudget | undefined) {
    this.#parsed = parsed
    this.#budget = budget
    const isCostly = costExponent(parsed.root, 0) > maxNativeChoices || isExponential(parsed.root)
    this.#native = isCostly ? undefined : toEcmaScript(parsed)
    this.#exponent = nativeExponent(parsed)
    this.#freeBytes = freeNativeSteps ** (1 / this.#exponent)
    this.#maxBytes = this.#native ? nativeBytes(this.#exponent, this.#native) : -1
  }

  /** V8, for subjects of that size, unless it would cost more than the event has left. */
  nativeFor(bytes: number): Translation | undefined {
    if (bytes > this.#maxBytes) return undefined
    if (bytes <= this.#freeBytes || !this.#budget) return this.#native
    const worst = Math.min(bytes ** this.#exponent, maxNativeSteps)
    return this.#budget.takeNative(worst) ? this.#native : undefined
  }

  get machine(): Machine {
    const { root } = this.#parsed
    this.#machine ??= new Machine(
      compileProgram(this.#parsed),
      {
        first: firstBytes(root),
        isAnchored: isAnchored(root),
        isLineAnchored: isLineAnchored(root),
      },
      this.#budget,
    )
    return this.#machine
  }
}

function nativeExponent({ root }: Parsed): number {
  return Math.max(1, costExponent(root) + (isAnchored(root) ? 0 : 1))
}

/** Up to which size of subject the worst case of V8 is bearable. */
function nativeBytes(exponent: number, { isLinear }: Translation): number {
  const bytes = maxNativeSteps ** (1 / exponent)
  return isLinear && linearFallback.isOn ? Math.max(bytes, maxFallbackBytes) : bytes
}

function endOf(found: RegExpExecArray, { lineFeedGroup }: Translation): number {
  return found.index + found[0].length - (found[lineFeedGroup]?.length ?? 0) * (lineFeedGroup > 0 ? 1 : 0)
}

/** The end index is the end of the match less one: an empty match at the start leaves the whole subject. */
function restAfter(end: number, from: number): number {
  return end < from ? -1 : end
}
