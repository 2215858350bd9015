import type { Problem } from '../../dialect/problem.ts'
import type { Condition } from '../condition.ts'
import type { Rule, RuleNode } from '../rule.ts'
import { implies, subjectOf } from './claims.ts'

/** Siblings with a broad condition on one value that are compared with those behind them; more of them say nothing new. */
const mostBroad = 100

/** From so many on, what stands in the way is named once instead of each rule behind it. */
const many = 4

/** Rules that are never reached, because a sibling tried before them matches whenever they would. */
export function shadowedProblems(rules: readonly Rule[], roots: readonly RuleNode[]): Problem[] {
  const shadowedBy = new Map<RuleNode, RuleNode>()
  for (const root of roots) markBelow(root, [], shadowedBy)
  const behind = new Map<Rule, Rule[]>()
  for (const rule of rules) {
    const [first, ...others] = rule.nodes.map((node) => shadowedBy.get(node))
    if (!first || others.some((one) => one === undefined)) continue
    behind.set(first.rule, [...(behind.get(first.rule) ?? []), rule])
  }
  return [...behind].flatMap(([rule, shadowed]) =>
    shadowed.length < many
      ? shadowed.map((one) => neverReached(one, rule))
      : [standsInTheWay(rule, shadowed)],
  )
}

function neverReached({ id, body }: Rule, shadow: Rule): Problem {
  const message = `rule ${id} is never reached: rule ${shadow.id}, tried before it, matches whenever it would`
  return { code: 'shadowed', severity: 'warning', message, at: body.at }
}

function standsInTheWay({ id, body }: Rule, shadowed: readonly Rule[]): Problem {
  const some = shadowed.slice(0, many).map((rule) => rule.id)
  const message = `rule ${id} is tried before ${shadowed.length} siblings and matches whenever they would, so they are never reached: ${some.join(', ')}, ...`
  return { code: 'shadowed', severity: 'warning', message, at: body.at }
}

/** `above`: what is known to hold where the children are tried. */
function markBelow(parent: RuleNode, above: readonly Condition[], shadowedBy: Map<RuleNode, RuleNode>): void {
  const known = [...above, ...parent.rule.body.conditions]
  const before = new Siblings()
  for (const node of parent.children) {
    const facts = [...node.rule.body.conditions, ...known]
    const shadow = before.shadowOf(facts)
    if (shadow) shadowedBy.set(node, shadow)
    if (stopsOthers(node.rule)) before.add(node, known)
    markBelow(node, known, shadowedBy)
  }
}

/** Siblings tried so far behind which nothing is tried when they match, found by one of their conditions. */
class Siblings {
  #always: RuleNode | undefined = undefined
  readonly #byKey = new Map<string, RuleNode[]>()

  add(node: RuleNode, known: readonly Condition[]): void {
    const open = node.rule.body.conditions.find(
      (condition) => !known.some((fact) => implies(fact, condition)),
    )
    if (!open) {
      this.#always ??= node
      return
    }
    for (const key of keysOf(open)) {
      const nodes = this.#byKey.get(key)
      if (!nodes) this.#byKey.set(key, [node])
      else if (nodes.length < mostBroad) nodes.push(node)
    }
  }

  shadowOf(facts: readonly Condition[]): RuleNode | undefined {
    if (this.#always) return this.#always
    for (const fact of facts) {
      for (const key of searchedKeys(fact)) {
        const found = this.#byKey.get(key)?.find(({ rule }) => allImplied(rule, facts))
        if (found) return found
      }
    }
    return undefined
  }
}

function allImplied({ body }: Rule, facts: readonly Condition[]): boolean {
  return body.conditions.every((condition) => facts.some((fact) => implies(fact, condition)))
}

/** Under which a condition is found: by each value when the values are known, by itself, and by what it is about. */
function keysOf(condition: Condition): string[] {
  const subject = subjectOf(condition)
  const values = condition.about?.only
  if (subject === undefined) return [testKey(condition)]
  return values ? values.map((value) => `${subject}\0=${value}`) : [subject, testKey(condition)]
}

/** What implies a condition has the same key, or fixes the value that it is about. */
function searchedKeys(fact: Condition): string[] {
  const subject = subjectOf(fact)
  const [value] = fact.about?.only ?? []
  if (subject === undefined || value === undefined) return [testKey(fact)]
  return [`${subject}\0=${value}`, subject]
}

function testKey({ element, expected }: Condition): string {
  return `${element}\0${expected}`
}

/** Once it matches nothing behind it is tried, and whether it matches depends on the event alone. */
function stopsOthers({ body }: Rule): boolean {
  return !body.noAlert && !body.correlation && body.conditions.every(({ about }) => about !== undefined)
}
