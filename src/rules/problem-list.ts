import type { Place, Problem, Severity } from '../dialect/problem.ts'

/** Collects problems of one load, in the order in which they were found. */
export class ProblemList {
  readonly problems: Problem[] = []
  #fatal = 0

  get fatalCount(): number {
    return this.#fatal
  }

  add(problem: Problem): void {
    this.problems.push(problem)
    if (problem.severity === 'fatal') this.#fatal += 1
  }

  /** Says of a problem that was found before what is known only now. */
  reword(index: number, message: string): void {
    const problem = this.problems[index]
    if (problem) this.problems[index] = { ...problem, message }
  }

  fatal(code: string, message: string, at: Place): void {
    this.report('fatal', code, message, at)
  }

  error(code: string, message: string, at: Place): void {
    this.report('error', code, message, at)
  }

  warn(code: string, message: string, at: Place): void {
    this.report('warning', code, message, at)
  }

  // oxlint-disable-next-line max-params -- the four parts of a problem
  report(severity: Severity, code: string, message: string, at: Place): void {
    this.add({ code, severity, message, at })
  }
}

/** A value as a message shows it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
