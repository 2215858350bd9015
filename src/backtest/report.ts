import { formatProblem, type Problem } from '../dialect/problem.ts'
import { fromByteString } from '../event/byte-string.ts'
import type { EngineRuleSet } from '../rules/engine-rule-set.ts'
import type { RuleName, Sample, Transition } from './comparison.ts'
import type { Ran } from './run-backtest.ts'

export interface ReportedRule extends RuleName {
  /** As written, with `$(field)`; empty when the rule is not loaded any more. */
  readonly description: string
}

export interface Difference {
  /** `null`: there was no alert. */
  readonly before: ReportedRule | null
  /** `null`: there would be no alert. */
  readonly after: ReportedRule | null
  readonly count: number
  readonly samples: readonly Sample[]
}

/** What a back-test found. The JSON form of the command and of the API. */
export interface BacktestReport {
  /** False: it was stopped before the end, and everything below holds for the part that was done. */
  readonly complete: boolean
  /** ISO 8601. */
  readonly from: string
  readonly to: string
  /** Arrival of the oldest event that was there; `null` when there was none. */
  readonly oldest: string | null
  readonly against: Against
  readonly events: number
  readonly alerts: { readonly before: number; readonly after: number; readonly unchanged: number }
  /** Alerts where there was none. */
  readonly fired: readonly Difference[]
  /** Alerts of another rule or level. */
  readonly changed: readonly Difference[]
  /** No alert where there was one. */
  readonly stopped: readonly Difference[]
  /** Differences beyond the longest list of pairs. */
  readonly uncounted: number
  /** Rules of the draft, and how many alerts each would have raised; 0 is worth a look. */
  readonly draft: readonly (ReportedRule & { readonly alerts: number })[]
  /** Found while loading the draft. */
  readonly problems: readonly string[]
  /** What to know when reading it. */
  readonly notes: readonly string[]
}

/** `configured`: the rules in force, evaluated on the same events. `stored`: what was decided when the events arrived. */
export type Against = 'configured' | 'stored'

export interface ReportParts {
  readonly ran: Ran
  readonly fromMs: number
  readonly toMs: number
  readonly against: Against
  readonly baseline: EngineRuleSet | undefined
  readonly rules: EngineRuleSet
  readonly draftIds: readonly number[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
}

export function backtestReport(parts: ReportParts): BacktestReport {
  const { ran, rules, baseline, fromMs, toMs } = parts
  const { comparison } = ran
  const differences = comparison.transitions.map((transition) => named(transition, baseline, rules))
  const draft = [...new Set(parts.draftIds)].flatMap((id) => {
    const rule = reported(rules, { id, level: rules.rule(id)?.body.level ?? 0 })
    return rules.rule(id) ? [{ ...rule, alerts: comparison.alertsOf(id) }] : []
  })
  return {
    complete: ran.isComplete,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    oldest: ran.firstMs === undefined ? null : new Date(ran.firstMs).toISOString(),
    against: parts.against,
    events: comparison.events,
    alerts: {
      before: comparison.alertsBefore,
      after: comparison.alertsAfter,
      unchanged: comparison.unchanged,
    },
    fired: differences.filter(({ before }) => before === null),
    changed: differences.filter(({ before, after }) => before !== null && after !== null),
    stopped: differences.filter(({ after }) => after === null),
    uncounted: comparison.uncounted,
    draft,
    problems: parts.problems.map((problem) =>
      formatProblem({ ...problem, message: fromByteString(problem.message) }),
    ),
    notes: parts.notes,
  }
}

function named(
  { before, after, count, samples }: Transition,
  baseline: EngineRuleSet | undefined,
  rules: EngineRuleSet,
): Difference {
  return {
    before: before && reported(baseline ?? rules, before),
    after: after && reported(rules, after),
    count,
    samples,
  }
}

function reported(rules: EngineRuleSet, { id, level }: RuleName): ReportedRule {
  const rule = rules.rule(id)
  return { id, level, description: rule ? fromByteString(rule.body.description.raw) : '' }
}
