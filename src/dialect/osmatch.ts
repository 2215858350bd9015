import { compileLiterals } from './literal-set.ts'
import { lowerAscii } from '../event/field-key.ts'
import type { Compiled, Literal, Match, Pattern } from './pattern.ts'
import { refuse } from './pattern.ts'

const maxPatternBytes = 20_480

/** OSMatch, also called sregex (spec/decoders.md §2): literal alternatives, `^`, `$`, a leading `!`; no escapes. */
export function compileOsMatch(source: string): Compiled {
  if (source.length > maxPatternBytes) {
    return refuse('osmatch', source, `longer than ${maxPatternBytes} bytes`)
  }
  return { pattern: new OsMatch(source) }
}

class OsMatch implements Pattern {
  readonly dialect = 'osmatch'
  readonly source: string
  readonly groups = 0
  readonly literals: readonly Literal[] | undefined
  readonly isLiteral: boolean
  readonly isBlowUpProne = false
  readonly needsLower = true
  readonly #isNegated: boolean
  readonly #alternatives: readonly Literal[]
  readonly #isAlways: boolean
  #compiled: ((lower: string, from: number) => boolean) | undefined = undefined

  constructor(source: string) {
    this.source = source
    this.#isNegated = source.startsWith('!')
    const alternatives = lowerAscii(this.#isNegated ? source.slice(1) : source)
      .split('|')
      .map(readAlternative)
    const literals = alternatives.filter((alternative) => alternative !== undefined).slice()
    const isAlways = literals.length < alternatives.length
    this.isLiteral = !isAlways && !this.#isNegated
    this.literals = this.isLiteral ? literals : undefined
    this.#alternatives = literals
    this.#isAlways = isAlways
  }

  /** Made when it is needed: most patterns of a ruleset are never run. */
  #check(lower: string, from: number): boolean {
    if (this.#isAlways) return true
    this.#compiled ??= compileLiterals(this.#alternatives)
    return this.#compiled(lower, from)
  }

  test(subject: string, lower: string = lowerAscii(subject)): boolean {
    return this.#check(lower, 0) !== this.#isNegated
  }

  /** OSMatch has no end index: the remainder is the whole subject. */
  match(subject: string, from: number, lower: string = lowerAscii(subject)): number {
    return this.#check(lower, from) === this.#isNegated ? -1 : from
  }

  exec(subject: string, from: number, lower: string = lowerAscii(subject)): Match | undefined {
    return this.match(subject, from, lower) === -1 ? undefined : { rest: from, captures: [] }
  }
}

/** `undefined`: always true. */
function readAlternative(text: string): Literal | undefined {
  const isStart = text.startsWith('^')
  const isEnd = text.length > (isStart ? 1 : 0) && text.endsWith('$')
  const plain = text.slice(isStart ? 1 : 0, isEnd ? -1 : undefined)
  if (isStart && isEnd) return { kind: 'equals', text: plain }
  if (plain === '') return undefined
  if (isStart) return { kind: 'prefix', text: plain }
  return { kind: isEnd ? 'suffix' : 'contains', text: plain }
}
