import type { Alert, RuleView } from '../event/alert.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'

/**
 * What evaluation remembers between events: correlation lists, counters, timers, first-time-seen keys, last contents.
 * Made by `RuleSet.newMemory`; opaque to everybody else.
 */
export interface Memory {
  /** Events held for correlation now, and the limit. */
  readonly held: number
  readonly limit: number
}

export interface Verdict {
  /** The rule the event is attributed to, in archives too; `undefined` when none matched or its level is 0. */
  readonly rule: RuleView | undefined
  /** Present when the event goes to the alert outputs. */
  readonly alert: Alert | undefined
  /** What documents call the host: that of the manager for agent 000, which the decoded event does not know. */
  readonly agentName: string | undefined
  /** The archive entry: one JSON document without newline (spec/rules.md §6.7). Built when asked for. */
  document(): string
  /** The same with `"full_log":0` instead of the message (see `Entry.shortDocument`). */
  shortDocument(): string
}

export interface RuleSet {
  readonly size: number
  newMemory(): Memory
  /** Pure but for `memory`; "now" is `event.raw.receivedAtMs`. Never throws. */
  evaluate(event: DecodedEvent, memory: Memory): Verdict
}
