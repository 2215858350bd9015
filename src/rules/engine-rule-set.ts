import type { MatchBudget } from '../dialect/match-budget.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import { DocumentWriter } from './document/event-document.ts'
import { TimestampText } from './document/timestamp.ts'
import { EngineVerdict } from './engine-verdict.ts'
import { Evaluation } from './evaluation.ts'
import type { LoadContext } from './load-context.ts'
import { defaultMemoryOptions, EngineMemory, type MemoryOptions } from './memory.ts'
import type { Memory, RuleSet } from './rule-set.ts'
import type { Rule, RuleNode } from './rule.ts'
import type { RuleTree } from './rule-tree.ts'
import type { Trace } from './trace.ts'
import { walk, type WalkOptions } from './walk.ts'

export interface RuleSetParts {
  readonly tree: RuleTree
  /** Rules with `if_matched_regex`: they count events of every rule. */
  readonly regexConsumers: readonly Rule[]
  /** How often a pattern of a rule was given up because its budget was used up, by rule id. */
  readonly exhausted: ReadonlyMap<number, number>
  /** What all patterns together may do for one event. */
  readonly budget: MatchBudget
  readonly context: LoadContext
}

/** A loaded rule set. Immutable but for its counters of exhausted patterns. */
export class EngineRuleSet implements RuleSet {
  readonly rules: readonly Rule[]
  readonly roots: readonly RuleNode[]
  readonly exhausted: ReadonlyMap<number, number>
  readonly #budget: MatchBudget
  #byId: ReadonlyMap<number, Rule> | undefined = undefined
  readonly #regexConsumers: readonly Rule[]
  readonly #context: LoadContext
  readonly #writer: DocumentWriter
  readonly #walkOptions: WalkOptions
  readonly #hourOf: (atMs: number) => number

  constructor({ tree, regexConsumers, exhausted, budget, context }: RuleSetParts) {
    this.rules = tree.rules
    this.roots = tree.roots
    this.exhausted = exhausted
    this.#budget = budget
    this.#regexConsumers = regexConsumers
    this.#context = context
    this.#writer = new DocumentWriter(
      context.managerName,
      new TimestampText((atMs) => context.utcOffsetMinutes(atMs)),
    )
    this.#walkOptions = { forgetsOnFailure: context.quirks.has('Q-10') }
    this.#hourOf = (atMs) => Math.floor((atMs + context.utcOffsetMinutes(atMs) * 60_000) / 3_600_000)
  }

  get size(): number {
    return this.rules.length
  }

  /** Events for which all patterns together took too long: what was left of them did not match. */
  get eventsUsedUp(): number {
    return this.#budget.eventsUsedUp
  }

  /** How far back the longest search looks. */
  get longestTimeframeMs(): number {
    return Math.max(0, ...this.rules.map(({ body }) => body.correlation?.timeframeMs ?? 0))
  }

  rule(id: number): Rule | undefined {
    this.#byId ??= new Map(this.rules.map((rule) => [rule.id, rule]))
    return this.#byId.get(id)
  }

  newMemory(options: Partial<MemoryOptions> = {}): EngineMemory {
    return new EngineMemory(this.rules.length, { ...defaultMemoryOptions, ...options })
  }

  evaluate(event: DecodedEvent, memory: Memory, trace?: Trace): EngineVerdict {
    if (!(memory instanceof EngineMemory)) throw new TypeError('evaluate: a memory of another rule set')
    this.#budget.refill(event.log.length)
    const evaluation = new Evaluation(event, memory, trace)
    if (memory.mode === 'daemon') memory.enterQuarter(evaluation.nowMs, this.#hourOf)
    const matched =
      event.generatingRule === undefined
        ? walk(this.roots, evaluation, this.#walkOptions)
        : this.#decidedElsewhere(event.generatingRule, evaluation)
    const outcome =
      memory.mode === 'daemon' ? this.#settle(matched, evaluation) : this.#settleLogtest(matched, evaluation)
    return new EngineVerdict(evaluation, outcome, this.#writer)
  }

  /** A forwarded alert names its rule; one that is not loaded here is ignored (spec/decoders.md §6.8). */
  #decidedElsewhere(id: number, evaluation: Evaluation): Rule | undefined {
    const rule = this.rule(id)
    if (rule) evaluation.count(rule)
    return rule
  }

  /** What follows a match in a manager (spec/rules.md §4.5). */
  #settle(matched: Rule | undefined, evaluation: Evaluation): Outcome {
    if (!matched || matched.body.level === 0) return { rule: undefined, isAlert: false }
    const rule = this.#afterIgnore(matched, evaluation)
    if (!rule) return { rule: undefined, isAlert: false }
    this.#hold(rule, evaluation)
    return { rule, isAlert: rule.body.flags.isLogged }
  }

  /** Within the time after an event that was let through, the parent takes the place of the rule, unchecked. */
  #afterIgnore(rule: Rule, evaluation: Evaluation): Rule | undefined {
    const { ignoreSeconds } = rule.body
    if (ignoreSeconds === 0) return rule
    const { ignoreSince } = evaluation.memory
    const since = ignoreSince[rule.index] ?? NaN
    if (!(evaluation.nowMs - since < ignoreSeconds * 1000)) {
      ignoreSince[rule.index] = evaluation.nowMs
      return rule
    }
    evaluation.previous = []
    return evaluation.parentRule
  }

  /** What a test of log lines shows instead (spec/rules.md §8.1). */
  #settleLogtest(rule: Rule | undefined, evaluation: Evaluation): Outcome {
    if (!rule || rule.body.level === 0) return { rule, isAlert: false }
    if (this.#isIgnoredInLogtest(rule, evaluation)) return { rule, isAlert: false }
    this.#hold(rule, evaluation)
    return { rule, isAlert: rule.body.level >= this.#context.logAlertLevel }
  }

  #isIgnoredInLogtest({ body, index }: Rule, { memory, nowMs }: Evaluation): boolean {
    if (body.ignoreSeconds === 0) return false
    const since = memory.ignoreSince[index] ?? NaN
    if (nowMs - since < body.ignoreSeconds * 1000) return true
    memory.ignoreSince[index] = Number.isNaN(since) ? nowMs : NaN
    return false
  }

  /** Keeps the event for later searches: for rules that count the id, else the group; and for those that test the text. */
  #hold(rule: Rule, { event, memory, matched }: Evaluation): void {
    const counted = rule.hasSidList ? rule.sidConsumers : rule.groupConsumers
    const consumers = this.#regexConsumers.length === 0 ? counted : [...counted, ...this.#countingText(event)]
    if (consumers.length > 0) memory.hold(event, consumers, matched)
  }

  #countingText({ log }: DecodedEvent): readonly Rule[] {
    return this.#regexConsumers.filter(({ body }) => {
      const source = body.correlation?.source
      return source?.kind === 'regex' && source.matches(log)
    })
  }
}

export interface Outcome {
  /** The rule the event is attributed to. */
  readonly rule: Rule | undefined
  readonly isAlert: boolean
}
