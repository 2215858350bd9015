import { fromByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { Condition } from './condition.ts'
import type { EngineRuleSet } from './engine-rule-set.ts'
import { Evaluation } from './evaluation.ts'
import type { Rule, RuleNode } from './rule.ts'

/** One rule on the way from a root to the explained one, and what it said to the event. */
export interface Step {
  readonly ruleId: number
  readonly level: number
  readonly description: string
  readonly holds: boolean
  /** The first condition that failed. */
  readonly failed?: {
    readonly element: string
    readonly expected: string
    /** `null`: the event has no such value. */
    readonly actual: string | null
    readonly file: string
    readonly line: number
  }
}

export interface Explanation {
  readonly ruleId: number
  /** The rule that the event matches, when it matches one. */
  readonly matchedRuleId: number | null
  readonly fires: boolean
  /** From the root; one path per place of the rule in the tree, the one that came furthest first. */
  readonly paths: readonly (readonly Step[])[]
  /** Sentences: why, and what would help. */
  readonly reasons: readonly string[]
  /** Rules that match the event and could be the parent instead; the most specific first. */
  readonly betterParents: readonly number[]
}

const shownBytes = 200

/**
 * Why a rule does or does not fire for an event, seen alone: earlier events are not known, so a correlation rule is explained as
 * if nothing had happened before. `undefined`: there is no such rule.
 */
export function explainRule(rules: EngineRuleSet, id: number, event: DecodedEvent): Explanation | undefined {
  const rule = rules.rule(id)
  if (!rule) return undefined
  const matched: number[] = []
  const verdict = rules.evaluate(event, rules.newMemory({ mode: 'logtest' }), {
    trying: nothing,
    failed: nothing,
    notEnough: nothing,
    matched: (one) => void matched.push(one.id),
  })
  const final = verdict.rule?.id ?? null
  const paths = rule.nodes
    .map((node) => pathOf(rules, node, event))
    .sort((left, right) => heldIn(right) - heldIn(left))
  const fires = final === id
  const [best = []] = paths
  const betterParents = fires || best.at(-1)?.holds !== true ? [] : parentsAmong(rules, matched, rule)
  return {
    ruleId: id,
    matchedRuleId: final,
    fires,
    paths,
    betterParents,
    reasons: fires
      ? [`rule ${id} matches`]
      : reasonsOf(rule, best, { final, betterParents, counting: countingOn(rules, best) }),
  }
}

function nothing(): void {
  // Only matches are of interest here.
}

function heldIn(path: readonly Step[]): number {
  return path.findIndex(({ holds }) => !holds) === -1 ? path.length : path.findIndex(({ holds }) => !holds)
}

function pathOf(rules: EngineRuleSet, node: RuleNode, event: DecodedEvent): Step[] {
  const steps: Step[] = []
  for (let at: RuleNode | undefined = node; at; at = at.parent) steps.unshift(stepOf(rules, at.rule, event))
  return steps
}

function stepOf(rules: EngineRuleSet, { id, body, category, nodes }: Rule, event: DecodedEvent): Step {
  // A memory of its own: conditions that remember must not be disturbed by being asked twice.
  const evaluation = new Evaluation(event, rules.newMemory({ mode: 'logtest' }), undefined)
  const step = { ruleId: id, level: body.level, description: fromByteString(body.description.raw) }
  const eventCategory = event.decoder?.category ?? 'syslog'
  if (nodes.some(({ parent }) => !parent) && category !== eventCategory) {
    const { file, line } = body.at
    const failed = { element: 'category', expected: category, actual: eventCategory, file, line }
    return { ...step, holds: false, failed }
  }
  const failed = body.conditions.find((condition) => !condition.test(evaluation))
  return failed ? { ...step, holds: false, failed: failureOf(failed, evaluation) } : { ...step, holds: true }
}

function failureOf(condition: Condition, evaluation: Evaluation): NonNullable<Step['failed']> {
  const actual = condition.actual(evaluation)
  return {
    element: condition.element,
    expected: fromByteString(condition.expected),
    actual: actual === undefined ? null : fromByteString(actual.slice(0, shownBytes)),
    file: condition.at.file,
    line: condition.at.line,
  }
}

/**
 * Rules that matched on the way, most specific first, without the root templates and without what stands behind the rule, which
 * cannot be its parent. A rule that counts another one by its id hangs where it has to.
 */
function parentsAmong(rules: EngineRuleSet, matched: readonly number[], rule: Rule): number[] {
  if (rule.body.correlation?.source.kind === 'sid') return []
  const parents = new Set(rule.nodes.map(({ parent }) => parent?.rule.id))
  const found = [...new Set(matched)].filter((id) => {
    const candidate = rules.rule(id)
    if (!candidate || candidate.index >= rule.index || parents.has(id)) return false
    return candidate.nodes.some(({ parent }) => parent)
  })
  return found.reverse()
}

/** The first rule on the way that counts events. */
function countingOn(rules: EngineRuleSet, path: readonly Step[]): Rule | undefined {
  return path.map(({ ruleId }) => rules.rule(ruleId)).find((rule) => rule?.body.correlation)
}

function reasonsOf(
  rule: Rule,
  path: readonly Step[],
  {
    final,
    betterParents,
    counting,
  }: {
    readonly final: number | null
    readonly betterParents: readonly number[]
    readonly counting: Rule | undefined
  },
): string[] {
  const reasons: string[] = []
  const step = path.find(({ holds }) => !holds)
  if (step?.failed) {
    const { element, expected, actual, file, line } = step.failed
    const whose =
      step.ruleId === rule.id ? `its own <${element}>` : `<${element}> of rule ${step.ruleId} above it`
    const value = actual === null ? 'the event has no such value' : `the event has ${JSON.stringify(actual)}`
    reasons.push(`rule ${rule.id} is not reached: ${whose} demands ${expected}, ${value} (${file}:${line})`)
  } else if (counting?.body.correlation) {
    const { frequency, timeframeMs } = counting.body.correlation
    const which = counting === rule ? 'it' : `rule ${counting.id} above it`
    reasons.push(
      `all conditions of rule ${rule.id} hold; ${which} also needs ${frequency - 1} earlier events within ${timeframeMs / 1000} s`,
    )
  } else if (final !== null) {
    reasons.push(`all conditions hold, but rule ${final} is tried before and matches`)
  }
  if (betterParents[0] !== undefined && step)
    reasons.push(
      `its own conditions hold: with <if_sid>${betterParents[0]}</if_sid> it would match, because rule ${betterParents[0]} matches this event`,
    )
  return reasons
}
