import type { Problem } from '../../dialect/problem.ts'
import type { Condition } from '../condition.ts'
import type { Rule, RuleNode } from '../rule.ts'

/** Two conditions that cannot hold for the same event. */
export interface Contradiction {
  readonly rule: Rule
  readonly condition: Condition
  readonly ancestor: Rule
  readonly other: Condition
}

/** Rules that can never match where they hang, because they contradict themselves or an ancestor. */
export function contradictionProblems(rules: readonly Rule[]): Problem[] {
  return rules.flatMap((rule) => {
    const found = rule.nodes.map(contradictionAt)
    const [first] = found
    if (!first || found.some((one) => one === undefined)) return []
    return [toProblem(first, rules)]
  })
}

export function contradictionAt(node: RuleNode): Contradiction | undefined {
  const own = node.rule.body.conditions
  for (let at: RuleNode | undefined = node; at; at = at.parent) {
    for (const other of at.rule.body.conditions) {
      const condition = own.find((one) => one !== other && excludes(one, other))
      if (condition) return { rule: node.rule, condition, ancestor: at.rule, other }
    }
  }
  return undefined
}

/** No value that satisfies `other` satisfies `condition`. Only said when it is certain. */
function excludes({ tested, negated }: Condition, { tested: other }: Condition): boolean {
  if (!tested || !other?.only || tested.subject !== other.subject) return false
  if (tested.only) return !tested.only.some((value) => other.only?.includes(value))
  // The known values are in lower case: only conditions that ignore case can be asked.
  if (!tested.ignoresCase) return false
  return negated
    ? other.only.every((value) => !tested.holds(value))
    : !other.only.some((value) => tested.holds(value))
}

function toProblem({ rule, condition, ancestor, other }: Contradiction, rules: readonly Rule[]): Problem {
  const against =
    ancestor === rule
      ? `its own <${other.element}> demands ${other.expected}`
      : `rule ${ancestor.id} above it demands ${other.expected}`
  const better = betterParent(rule, condition, rules)
  const advice = better ? `; rule ${better.id} would be a parent that can match` : ''
  return {
    code: 'never-matches',
    severity: 'warning',
    message: `rule ${rule.id} can never match: <${condition.element}> demands ${condition.expected}, but ${against}${advice}`,
    at: condition.at,
  }
}

/** A rule that demands what the condition demands and contradicts nothing else of the rule. */
function betterParent(rule: Rule, condition: Condition, rules: readonly Rule[]): Rule | undefined {
  const only = condition.tested?.only
  if (!only) return undefined
  return rules.find((candidate) => {
    if (candidate === rule || isBelow(candidate, rule)) return false
    const demands = candidate.body.conditions.some(
      ({ tested }) =>
        tested?.subject === condition.tested?.subject && tested?.only?.some((value) => only.includes(value)),
    )
    return demands && candidate.nodes.some((node) => isCompatible(rule, node))
  })
}

function isBelow(candidate: Rule, rule: Rule): boolean {
  return candidate.nodes.some((node) => {
    for (let at = node.parent; at; at = at.parent) if (at.rule === rule) return true
    return false
  })
}

function isCompatible(rule: Rule, parent: RuleNode): boolean {
  for (let at: RuleNode | undefined = parent; at; at = at.parent) {
    const contradicts = at.rule.body.conditions.some((other) =>
      rule.body.conditions.some((condition) => excludes(condition, other)),
    )
    if (contradicts) return false
  }
  return true
}
