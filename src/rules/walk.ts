import type { Condition } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rule, RuleNode } from './rule.ts'

export interface WalkOptions {
  /** A failing search empties `previous_output`, as the original does. */
  readonly forgetsOnFailure: boolean
}

/** The rule the event is attributed to before post-processing: first match, depth first (spec/rules.md §4.3). */
export function walk(
  roots: readonly RuleNode[],
  evaluation: Evaluation,
  options: WalkOptions,
): Rule | undefined {
  const category = evaluation.event.decoder?.category ?? 'syslog'
  for (const root of roots) {
    if (root.rule.category !== category) continue
    const rule = tryRule(root, root.rule.body.conditions, evaluation, options)
    if (rule) return rule
  }
  return undefined
}

function tryChildren(parent: RuleNode, evaluation: Evaluation, options: WalkOptions): Rule | undefined {
  if (evaluation.trace) return tryEach(parent.children, evaluation, options)
  const candidates = parent.candidates(evaluation)
  const { list, bits } = candidates
  let found: Int32Array | undefined
  for (let index = 0; index < list.length; index += 1) {
    const bit = bits[index] ?? -1
    if (bit >= 0) {
      found ??= candidates.found(evaluation)
      if (((found[bit >> 5] ?? 0) & (1 << (bit & 31))) === 0) continue
    }
    const candidate = list[index]
    const rule = candidate && tryRule(candidate.node, candidate.conditions, evaluation, options)
    if (rule) return rule
  }
  return undefined
}

/** Whoever listens hears of every sibling and every condition. */
function tryEach(nodes: readonly RuleNode[], evaluation: Evaluation, options: WalkOptions): Rule | undefined {
  for (const node of nodes) {
    const rule = tryRule(node, node.rule.body.conditions, evaluation, options)
    if (rule) return rule
  }
  return undefined
}

function tryRule(
  node: RuleNode,
  conditions: readonly Condition[],
  evaluation: Evaluation,
  options: WalkOptions,
): Rule | undefined {
  const { rule } = node
  const linesBefore = evaluation.previous.length
  evaluation.trace?.trying(rule, node.depth)
  const holds = conditionsHold(rule, conditions, evaluation) && searchSucceeds(rule, evaluation, options)
  const found = holds ? deepest(node, evaluation, options) : undefined
  // What a rule that is given up found does not belong to the one that matches in its place.
  if (!found && !options.forgetsOnFailure && evaluation.previous.length > linesBefore)
    evaluation.previous.length = linesBefore
  return found
}

/** The rule matched: a descendant that does is the result, else itself. */
function deepest(node: RuleNode, evaluation: Evaluation, options: WalkOptions): Rule | undefined {
  const { rule } = node
  evaluation.trace?.matched(rule)
  const found = tryChildren(node, evaluation, options)
  if (found) {
    evaluation.parentRule ??= rule
    return found
  }
  if (rule.body.noAlert) return undefined
  evaluation.count(rule)
  return rule
}

function conditionsHold(rule: Rule, conditions: readonly Condition[], evaluation: Evaluation): boolean {
  for (const condition of conditions) {
    if (!condition.test(evaluation)) {
      evaluation.trace?.failed(rule, condition, evaluation)
      return false
    }
  }
  return true
}

function searchSucceeds(rule: Rule, evaluation: Evaluation, options: WalkOptions): boolean {
  if (!rule.body.correlation) return true
  const found = evaluation.memory.search(rule, evaluation.event, evaluation.nowMs)
  if (found) {
    evaluation.matched = rule.body.level
    evaluation.remember(found.lines)
    return true
  }
  if (options.forgetsOnFailure) evaluation.previous = []
  evaluation.trace?.notEnough(rule)
  return false
}
