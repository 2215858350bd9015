export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
}

/**
 * `fatal`: what was being loaded cannot be used. `error`: a part was left out that its author meant to have.
 * `warning`: loaded, but probably not as its author meant it.
 */
export type Severity = 'fatal' | 'error' | 'warning' | 'info'

/** Somebody's input is wrong. Load everything, report everything, then decide. */
export interface Problem {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly at?: Place
}

/** `etc/rules/local_rules.xml:12:5: fatal: level 17 is not between 0 and 16 (invalid-level)` */
export function formatProblem(problem: Problem): string {
  const place = problem.at ? `${problem.at.file}:${problem.at.line}:${problem.at.column}: ` : ''
  return `${place}${problem.severity}: ${problem.message} (${problem.code})`
}
