import type { Problem } from '../../dialect/problem.ts'
import type { EngineRuleSet } from '../engine-rule-set.ts'
import { quoted } from '../problem-list.ts'
import type { Rule } from '../rule.ts'
import { contradictionProblems } from './contradictions.ts'
import { shadowedProblems } from './shadowed.ts'
import { unproducedProblems, type Vocabulary } from './unproduced.ts'

/** What a loaded rule set says that its author hardly meant. Warnings only: everything works as written. */
export function lintRules({ rules, roots }: EngineRuleSet, vocabulary?: Vocabulary): Problem[] {
  return [
    ...contradictionProblems(rules),
    ...shadowedProblems(rules, roots),
    ...(vocabulary ? unproducedProblems(rules, vocabulary) : []),
    ...rules.flatMap(countsLevelZero(rules)),
    ...rules.flatMap(missesLaterRules(rules)),
    ...rules.flatMap(hardlyFilters),
    ...rules.flatMap(joinedElements),
    ...rules.flatMap(explosivePatterns),
  ]
}

/** Rules of level 0 never enter the correlation memory. */
function countsLevelZero(rules: readonly Rule[]): (rule: Rule) => Problem[] {
  const levels = new Map(rules.map((rule) => [rule.id, rule.body.level]))
  return ({ id, body }) => {
    const source = body.correlation?.source
    if (source?.kind !== 'sid' || levels.get(source.sid) !== 0) return []
    const message = `rule ${id} never fires: it counts rule ${source.sid}, whose level is 0, and such events are not counted`
    return [{ code: 'counts-level-zero', severity: 'warning', message, at: body.at }]
  }
}

/** `if_matched_group` sees only rules that were loaded before it. Rules that count themselves are seldom meant. */
function missesLaterRules(rules: readonly Rule[]): (rule: Rule) => Problem[] {
  return ({ id, index, body }) => {
    const source = body.correlation?.source
    if (source?.kind !== 'group') return []
    // Thousands of rules share a few dozen groups.
    const answers = new Map<string, boolean>()
    const isIn = (groups: string): boolean => {
      const known = answers.get(groups) ?? source.matches(groups)
      answers.set(groups, known)
      return known
    }
    const missed = rules.filter(
      (rule) => rule.index > index && !rule.body.correlation && isIn(rule.body.groupText),
    )
    if (missed.length === 0) return []
    const message = `rule ${id} does not count ${missed.length} rules of the group that are loaded after it, such as ${missed[0]?.id}`
    return [{ code: 'later-rules-not-counted', severity: 'info', message, at: body.at }]
  }
}

/** `if_level` also takes all rules of level 0, roots among them. */
function hardlyFilters({ id, linkage, body }: Rule): Problem[] {
  if (!linkage.ifLevel || linkage.ifSid) return []
  const message = `rule ${id}: if_level also means every rule of level 0, so it is tried for every event`
  return [{ code: 'if-level-hardly-filters', severity: 'warning', message, at: body.at }]
}

/** Repeats of an element are one pattern without a separator. */
function joinedElements({ id, body }: Rule): Problem[] {
  return body.joined.map((element) => ({
    code: 'joined-elements',
    severity: 'info' as const,
    message: `rule ${id}: <${element}> stands more than once; the texts are joined into one, and the last type and negate count`,
    at: body.at,
  }))
}

function explosivePatterns({ id, body }: Rule): Problem[] {
  return body.patterns.flatMap(({ pattern, at }) => {
    if (!pattern.isBlowUpProne) return []
    const message = `rule ${id}: matching ${pattern.dialect} ${quoted(pattern.source)} can take very long; it is given up after a limit and then does not match`
    return [{ code: 'regex-may-blow-up', severity: 'warning' as const, message, at }]
  })
}
