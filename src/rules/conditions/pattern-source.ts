import type { Pattern, Dialect } from '../../dialect/pattern.ts'
import { compilePattern } from '../../dialect/compile-pattern.ts'
import type { Place } from '../../dialect/problem.ts'
import type { ProblemList } from '../problem-list.ts'

/** Compiles the patterns of one rule and says where they stand when they are wrong. */
export class PatternSource {
  readonly #problems: ProblemList
  readonly #onExhausted: () => void
  readonly patterns: { readonly pattern: Pattern; readonly at: Place }[] = []

  constructor(problems: ProblemList, onExhausted: () => void) {
    this.#problems = problems
    this.#onExhausted = onExhausted
  }

  compile(dialect: Dialect, source: string, at: Place): Pattern | undefined {
    const compiled = compilePattern(dialect, source, { onExhausted: this.#onExhausted })
    if ('problem' in compiled) {
      this.#problems.add({ ...compiled.problem, at })
      return undefined
    }
    this.patterns.push({ pattern: compiled.pattern, at })
    return compiled.pattern
  }
}
