import type { ReplayedEvent } from '../store/store.ts'

/** What a rule set makes of one event. */
export interface Outcome {
  readonly ruleId: number
  readonly level: number
  /** Interpolated; asked for samples only. */
  readonly description: () => string
}

export interface RuleName {
  readonly id: number
  readonly level: number
}

/** One event as an example. */
export interface Sample {
  readonly eventId: string
  /** Arrival, ISO 8601. */
  readonly at: string
  /** Of the rule that decides it now, or decided it before when none does. */
  readonly description: string
}

/** Events whose alert goes from one rule to another; `null`: no alert. */
export interface Transition {
  readonly before: RuleName | null
  readonly after: RuleName | null
  readonly count: number
  readonly samples: readonly Sample[]
}

interface Open {
  readonly before: RuleName | null
  readonly after: RuleName | null
  count: number
  readonly samples: Sample[]
}

/** Pairs of rules kept apart; beyond, events are only counted. A draft that reaches it changes nearly everything. */
const longestList = 2000

/** Counts what is different between two rule sets, event by event. Its size depends on the number of rules only. */
export class Comparison {
  events = 0
  alertsBefore = 0
  alertsAfter = 0
  unchanged = 0
  /** Differences of pairs that have no entry of their own. */
  uncounted = 0
  readonly #pairs = new Map<string, Open>()
  readonly #alertsByRule = new Map<number, number>()
  readonly #sampleCount: number

  constructor(sampleCount: number) {
    this.#sampleCount = sampleCount
  }

  add(event: ReplayedEvent, before: Outcome | undefined, after: Outcome | undefined): void {
    this.events++
    if (before) this.alertsBefore++
    if (after) this.#raised(after.ruleId)
    if (!isSame(before, after)) this.#differ(event, before, after)
    else if (after) this.unchanged++
  }

  #raised(ruleId: number): void {
    this.alertsAfter++
    this.#alertsByRule.set(ruleId, this.alertsOf(ruleId) + 1)
  }

  #differ(event: ReplayedEvent, before: Outcome | undefined, after: Outcome | undefined): void {
    const pair = this.#pair(before, after)
    if (!pair) {
      this.uncounted++
      return
    }
    pair.count++
    if (pair.samples.length >= this.#sampleCount) return
    const description = (after ?? before)?.description() ?? ''
    pair.samples.push({ eventId: event.id, at: new Date(event.receivedAtMs).toISOString(), description })
  }

  /** Alerts of a rule afterwards. */
  alertsOf(ruleId: number): number {
    return this.#alertsByRule.get(ruleId) ?? 0
  }

  /** Most frequent first. */
  get transitions(): readonly Transition[] {
    return [...this.#pairs.values()].sort((left, right) => right.count - left.count)
  }

  #pair(before: Outcome | undefined, after: Outcome | undefined): Open | undefined {
    const key = `${before?.ruleId}.${before?.level}>${after?.ruleId}.${after?.level}`
    let pair = this.#pairs.get(key)
    if (!pair && this.#pairs.size < longestList) {
      pair = { before: nameOf(before), after: nameOf(after), count: 0, samples: [] }
      this.#pairs.set(key, pair)
    }
    return pair
  }
}

function isSame(before: Outcome | undefined, after: Outcome | undefined): boolean {
  return before?.ruleId === after?.ruleId && before?.level === after?.level
}

function nameOf(outcome: Outcome | undefined): RuleName | null {
  return outcome ? { id: outcome.ruleId, level: outcome.level } : null
}
