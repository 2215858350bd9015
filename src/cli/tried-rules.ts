import { fromByteString } from '../event/byte-string.ts'
import type { Condition } from '../rules/condition.ts'
import type { Evaluation } from '../rules/evaluation.ts'
import type { Rule } from '../rules/rule.ts'
import type { Trace } from '../rules/trace.ts'
import { printable } from '../telemetry/printable.ts'

const shownBytes = 120

/** Writes down every rule that is tried, in the lines that people know, with the first condition that failed (spec/rules.md §8.2). */
export class TriedRules implements Trace {
  readonly #lines: { readonly depth: number; readonly text: string }[] = []
  #depth = 0

  trying({ id, body }: Rule, depth: number): void {
    this.#depth = depth
    this.#say(`Trying rule: ${id} - ${fromByteString(body.description.raw)}`)
  }

  failed(_rule: Rule, condition: Condition, evaluation: Evaluation): void {
    const actual = condition.actual(evaluation)
    const shown =
      actual === undefined ? 'absent' : JSON.stringify(fromByteString(actual.slice(0, shownBytes)))
    const expected = fromByteString(condition.expected)
    this.#say(`*Failed: <${condition.element}> expected ${expected}, actual ${shown}`)
  }

  notEnough({ body }: Rule): void {
    const needed = (body.correlation?.frequency ?? 2) - 1
    this.#say(`*Failed: fewer than ${needed} earlier events in the time frame`)
  }

  matched({ id, nodes }: Rule): void {
    this.#say(`*Rule ${id} matched`)
    if (nodes.some(({ children }) => children.length > 0)) this.#say('*Trying child rules')
  }

  /** As they are, for programs. */
  lines(): readonly string[] {
    return this.#lines.map(({ text }) => text)
  }

  /** For people: what belongs to a rule below it, children further in. */
  indented(): string[] {
    return this.#lines.map(
      ({ depth, text }) => `${text.startsWith('*') ? '\t\t' : '\t'}${'  '.repeat(depth)}${printable(text)}`,
    )
  }

  #say(text: string): void {
    this.#lines.push({ depth: this.#depth, text })
  }
}
