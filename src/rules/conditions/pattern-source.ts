import type { Pattern, Dialect, PatternOptions } from '../../dialect/pattern.ts'
import { compilePattern } from '../../dialect/compile-pattern.ts'
import type { Place } from '../../dialect/problem.ts'
import type { ProblemList } from '../problem-list.ts'

/** Compiles the patterns of one rule and says where they stand when they are wrong. */
export class PatternSource {
  readonly #problems: ProblemList
  readonly #options: PatternOptions
  readonly patterns: { readonly pattern: Pattern; readonly at: Place }[] = []

  constructor(problems: ProblemList, options: PatternOptions) {
    this.#problems = problems
    this.#options = options
  }

  compile(dialect: Dialect, source: string, at: Place): Pattern | undefined {
    const compiled = compilePattern(dialect, source, this.#options)
    if ('problem' in compiled) {
      this.#problems.add({ ...compiled.problem, at })
      return undefined
    }
    this.patterns.push({ pattern: compiled.pattern, at })
    return compiled.pattern
  }
}
