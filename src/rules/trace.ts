import type { Condition } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rule } from './rule.ts'

/** Listens to the walk, for `logtest -v` and `rules explain`. Called in the order of evaluation. */
export interface Trace {
  trying(rule: Rule, depth: number): void
  failed(rule: Rule, condition: Condition, evaluation: Evaluation): void
  /** A correlation rule whose conditions held but whose search did not find enough. */
  notEnough(rule: Rule): void
  matched(rule: Rule): void
}
