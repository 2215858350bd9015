import type { Problem } from '../../dialect/problem.ts'
import type { Condition } from '../condition.ts'
import type { Rule, RuleNode } from '../rule.ts'
import { areRelated, excludes } from './claims.ts'

/** Two conditions that cannot hold for the same event. */
interface Contradiction {
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

function contradictionAt(node: RuleNode): Contradiction | undefined {
  const own = node.rule.body.conditions
  for (let at: RuleNode | undefined = node; at; at = at.parent) {
    for (const other of at.rule.body.conditions) {
      const condition = own.find((one) => one !== other && excludes(one, other))
      if (condition) return { rule: node.rule, condition, ancestor: at.rule, other }
    }
  }
  return undefined
}

function toProblem({ rule, condition, ancestor, other }: Contradiction, rules: readonly Rule[]): Problem {
  const isOwn = ancestor === rule
  const against = isOwn
    ? `its own <${other.element}> demands ${other.expected}`
    : `rule ${ancestor.id} above it demands <${other.element}> ${other.expected}`
  const better = isOwn ? undefined : betterParent(rule, condition, rules)
  const advice = better ? `; with <if_sid>${better.id}</if_sid> it could` : ''
  return {
    code: 'never-matches',
    severity: 'warning',
    message: `rule ${rule.id} can never match: <${condition.element}> demands ${condition.expected}, but ${against}${advice}`,
    at: condition.at,
  }
}

/**
 * A rule before this one that wants what the condition wants and contradicts nothing else of the rule, the most general of them;
 * else the nearest rule above that the rule does not contradict.
 */
function betterParent(rule: Rule, condition: Condition, rules: readonly Rule[]): Rule | undefined {
  const related = rules.filter(
    (candidate) =>
      candidate.index < rule.index &&
      candidate.category === rule.category &&
      candidate.body.conditions.some((one) => areRelated(one, condition)) &&
      candidate.nodes.some((node) => isCompatible(rule, node)),
  )
  const [best] = related.sort((left, right) => depthOf(left) - depthOf(right))
  return best ?? nearestCompatible(rule)
}

function depthOf({ nodes }: Rule): number {
  return Math.min(...nodes.map(({ depth }) => depth))
}

function nearestCompatible(rule: Rule): Rule | undefined {
  for (let at = rule.nodes[0]?.parent; at?.parent; at = at.parent) if (isCompatible(rule, at)) return at.rule
  return undefined
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
