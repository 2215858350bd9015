import type { Problem } from '../../dialect/problem.ts'
import type { Condition } from '../condition.ts'
import type { Rule, RuleNode } from '../rule.ts'

/** Conditions that hold or not by the event alone, whatever happened before. */
function isPure(condition: Condition): boolean {
  return condition.tested !== undefined || condition.element === 'match' || condition.element === 'regex'
}

function keyOf({ element, expected }: Condition): string {
  return `${element}\0${expected}`
}

/** Rules that are never reached, because a sibling tried before them matches whenever they would. */
export function shadowedProblems(rules: readonly Rule[], roots: readonly RuleNode[]): Problem[] {
  const shadowedBy = new Map<RuleNode, RuleNode>()
  for (const root of roots) markBelow(root, shadowedBy)
  return rules.flatMap((rule) => {
    const shadows = rule.nodes.map((node) => shadowedBy.get(node))
    const [first] = shadows
    if (!first || shadows.some((one) => one === undefined)) return []
    const message = `rule ${rule.id} is never reached: rule ${first.rule.id}, tried before it, matches whenever it would`
    return [{ code: 'shadowed', severity: 'warning', message, at: rule.body.at }]
  })
}

function markBelow(parent: RuleNode, shadowedBy: Map<RuleNode, RuleNode>): void {
  const seen = new Map<string, RuleNode[]>()
  let always: RuleNode | undefined
  for (const node of parent.children) {
    const keys = new Set(node.rule.body.conditions.map(keyOf))
    const shadow = always ?? shadowAmong(keys, seen)
    if (shadow) shadowedBy.set(node, shadow)
    if (stopsOthers(node.rule)) {
      const [first] = keys
      if (first === undefined) always ??= node
      else seen.set(first, [...(seen.get(first) ?? []), node])
    }
    markBelow(node, shadowedBy)
  }
}

/** An earlier sibling all of whose conditions are among these. */
function shadowAmong(
  keys: ReadonlySet<string>,
  seen: ReadonlyMap<string, readonly RuleNode[]>,
): RuleNode | undefined {
  for (const key of keys) {
    for (const node of seen.get(key) ?? [])
      if (node.rule.body.conditions.every((condition) => keys.has(keyOf(condition)))) return node
  }
  return undefined
}

/** Once it matches nothing behind it is tried. */
function stopsOthers({ body }: Rule): boolean {
  return !body.noAlert && !body.correlation && body.conditions.every(isPure)
}
