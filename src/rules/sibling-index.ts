import { type Candidate, Candidates } from './candidates.ts'
import { type Condition, dependsOnValue, type TestedValue } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { RuleNode } from './rule.ts'

/** Lists shorter than this are tried one by one. */
const fewNodes = 3
/** Values of one kind that are told apart; further ones are not used to skip rules. */
const mostValues = 200

/** Siblings that are tried one by one, or told apart by one value of the event. */
type Branch = Candidates | Split

/**
 * Skips siblings that cannot match: those whose conditions on a value (decoder, program, field) do not hold for the value that the
 * event has. What a value leaves is worked out when it is first seen. Conditions with side effects are tested after all
 * conditions on values, so nothing is lost by skipping (spec/rules.md §4.4).
 */
export class SiblingIndex {
  #branch: Branch

  constructor(nodes: readonly RuleNode[]) {
    const all = nodes.map((node) => ({ node, conditions: valuesFirst(node.rule.body.conditions) }))
    this.#branch = branchOf(all, new Set())
  }

  candidates({ event }: Evaluation): Candidates {
    let branch = this.#branch
    while (branch instanceof Split) branch = branch.choose(branch.tested.read(event))
    return branch
  }
}

/** Conditions on values cost less than those on the text, and it makes no difference which of them fails. */
function valuesFirst(conditions: readonly Condition[]): readonly Condition[] {
  const values = conditions.filter(dependsOnValue)
  return [...values, ...conditions.filter((condition) => !dependsOnValue(condition))]
}

class Split {
  readonly tested: TestedValue
  readonly #all: readonly Candidate[]
  readonly #used: ReadonlySet<string>
  readonly #byValue = new Map<string, Branch>()
  #absent: Branch | undefined = undefined
  #rest: Branch | undefined = undefined

  constructor(tested: TestedValue, all: readonly Candidate[], used: ReadonlySet<string>) {
    this.tested = tested
    this.#all = all
    this.#used = new Set([...used, tested.subject])
  }

  choose(value: string | undefined): Branch {
    // Absent values fail every condition, negated or not.
    if (value === undefined) return (this.#absent ??= this.#branchWhere(() => false))
    const known = this.#byValue.get(value)
    if (known) return known
    if (this.#byValue.size >= mostValues) return (this.#rest ??= branchOf(this.#all, this.#used))
    const branch = this.#branchWhere((tested) => tested.holds(value))
    this.#byValue.set(value, branch)
    return branch
  }

  #branchWhere(holds: (tested: TestedValue) => boolean): Branch {
    const { subject } = this.tested
    const isDecided = ({ tested }: Condition): boolean =>
      tested?.subject === subject && tested.isAll !== false
    const left = this.#all.filter(({ conditions }) =>
      conditions.every(({ tested }) => tested?.subject !== subject || holds(tested)),
    )
    const undecided = left.map(({ node, conditions }) => ({
      node,
      conditions: conditions.some(isDecided)
        ? conditions.filter((condition) => !isDecided(condition))
        : conditions,
    }))
    return branchOf(undecided, this.#used)
  }
}

function branchOf(all: readonly Candidate[], used: ReadonlySet<string>): Branch {
  const best = all.length < fewNodes ? undefined : mostTested(all, used)
  return best ? new Split(best, all, used) : new Candidates(all)
}

/** The value that most of the siblings have a condition on, when that are enough of them. */
function mostTested(all: readonly Candidate[], used: ReadonlySet<string>): TestedValue | undefined {
  const counts = new Map<string, { tested: TestedValue; count: number }>()
  let best: { tested: TestedValue; count: number } | undefined
  for (const { conditions } of all) {
    for (const tested of valuesOf(conditions.map((condition) => condition.tested))) {
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
