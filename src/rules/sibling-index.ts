import type { TestedValue } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { RuleNode } from './rule.ts'

/** Lists shorter than this are tried one by one. */
const fewNodes = 3
/** Values of one kind that are told apart; further ones are not used to skip rules. */
const mostValues = 200

/** Siblings that are tried one by one, or told apart by one value of the event. */
type Branch = readonly RuleNode[] | Split

/**
 * Skips siblings that cannot match: those whose conditions on a value (decoder, program, field) do not hold for the value that the
 * event has. What a value leaves is worked out when it is first seen. Conditions with side effects are tested after all
 * conditions on values, so nothing is lost by skipping (spec/rules.md §4.4).
 */
export class SiblingIndex {
  readonly #nodes: readonly RuleNode[]
  #branch: Branch | undefined = undefined

  constructor(nodes: readonly RuleNode[]) {
    this.#nodes = nodes
  }

  candidates({ event }: Evaluation): readonly RuleNode[] {
    let branch = (this.#branch ??= branchOf(this.#nodes, new Set()))
    while (branch instanceof Split) branch = branch.choose(branch.tested.read(event))
    return branch
  }
}

class Split {
  readonly tested: TestedValue
  readonly #nodes: readonly RuleNode[]
  readonly #used: ReadonlySet<string>
  readonly #byValue = new Map<string, Branch>()
  #absent: Branch | undefined = undefined
  #rest: Branch | undefined = undefined

  constructor(tested: TestedValue, nodes: readonly RuleNode[], used: ReadonlySet<string>) {
    this.tested = tested
    this.#nodes = nodes
    this.#used = new Set([...used, tested.subject])
  }

  choose(value: string | undefined): Branch {
    // Absent values fail every condition, negated or not.
    if (value === undefined) return (this.#absent ??= this.#branchWhere(() => false))
    const known = this.#byValue.get(value)
    if (known) return known
    if (this.#byValue.size >= mostValues) return (this.#rest ??= branchOf(this.#nodes, this.#used))
    const branch = this.#branchWhere((tested) => tested.holds(value))
    this.#byValue.set(value, branch)
    return branch
  }

  #branchWhere(holds: (tested: TestedValue) => boolean): Branch {
    const { subject } = this.tested
    const left = this.#nodes.filter(({ rule }) =>
      rule.body.conditions.every(({ tested }) => tested?.subject !== subject || holds(tested)),
    )
    return branchOf(left, this.#used)
  }
}

function branchOf(nodes: readonly RuleNode[], used: ReadonlySet<string>): Branch {
  if (nodes.length < fewNodes) return nodes
  const best = mostTested(nodes, used)
  return best ? new Split(best, nodes, used) : nodes
}

/** The value that most of the siblings have a condition on, when that are enough of them. */
function mostTested(nodes: readonly RuleNode[], used: ReadonlySet<string>): TestedValue | undefined {
  const counts = new Map<string, { tested: TestedValue; count: number }>()
  let best: { tested: TestedValue; count: number } | undefined
  for (const { rule } of nodes) {
    for (const tested of valuesOf(rule.body.conditions.map((condition) => condition.tested))) {
      if (used.has(tested.subject)) continue
      const entry = counts.get(tested.subject) ?? { tested, count: 0 }
      entry.count += 1
      counts.set(tested.subject, entry)
      if (entry.count > (best?.count ?? fewNodes - 1)) best = entry
    }
  }
  return best?.tested
}

/** Each value once. */
function valuesOf(tested: readonly (TestedValue | undefined)[]): Iterable<TestedValue> {
  return new Map(tested.flatMap((one) => (one ? [[one.subject, one] as const] : []))).values()
}
