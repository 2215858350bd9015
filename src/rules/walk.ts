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
    const rule = tryNode(root, evaluation, options)
    if (rule) return rule
  }
  return undefined
}

function tryNode(node: RuleNode, evaluation: Evaluation, options: WalkOptions): Rule | undefined {
  const linesBefore = evaluation.previous.length
  const found = tryRule(node, evaluation, options)
  // What a rule that is given up found does not belong to the one that matches in its place.
  if (!found && !options.forgetsOnFailure && evaluation.previous.length > linesBefore)
    evaluation.previous.length = linesBefore
  return found
}

function tryRule(node: RuleNode, evaluation: Evaluation, options: WalkOptions): Rule | undefined {
  const { rule } = node
  evaluation.trace?.trying(rule, node.depth)
  if (!conditionsHold(rule, evaluation) || !searchSucceeds(rule, evaluation, options)) return undefined
  evaluation.trace?.matched(rule)
  const candidates = evaluation.trace ? node.children : node.candidates(evaluation)
  for (const child of candidates) {
    const found = tryNode(child, evaluation, options)
    if (found) {
      evaluation.parentRule ??= rule
      return found
    }
  }
  if (rule.body.noAlert) return undefined
  const fired = evaluation.memory.firedTimes
  evaluation.firedTimes = fired[rule.index] = (fired[rule.index] ?? 0) + 1
  return rule
}

function conditionsHold(rule: Rule, evaluation: Evaluation): boolean {
  for (const condition of rule.body.conditions) {
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
