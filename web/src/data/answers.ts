// Shapes of the API's answers.
import type { AggregationResult, Bucket } from '../../../src/store/store.ts'

export type { AggregationResult, Bucket }

export interface Hit {
  readonly position: number
  readonly eventId: string
  readonly source: string
  readonly receivedAtMs: number
  readonly document: unknown
}

export interface SearchAnswer {
  readonly hits: readonly Hit[]
  readonly total: { readonly value: number; readonly exact: boolean }
  readonly next?: number
  /** Where the store was before the search. */
  readonly head: number
  readonly partial?: string
  readonly tookMs: number
}

export interface AggregateAnswer {
  readonly results: Readonly<Record<string, AggregationResult>>
  readonly tookMs: number
}

export interface Facet extends AggregationResult {
  readonly field: string
}

export interface Advised {
  readonly state: string
  readonly detail: string
  readonly advice?: string
}

/** One API server that sends to the audit webhook. */
export interface Sender {
  readonly cluster: string
  readonly server: string
  readonly events: number
  readonly eventsPerSecond?: number
  readonly lagSeconds?: number
  readonly lastEventAtMs: number
}

export interface Health {
  readonly ready: boolean
  readonly startedAtMs: number
  readonly nowMs: number
  readonly version: string
  readonly hostName: string
  readonly sources: readonly (Advised & {
    readonly name: string
    readonly type: string
    readonly lastEventAtMs?: number
    readonly events?: number
    readonly senders?: readonly Sender[]
  })[]
  readonly checks: readonly (Advised & { readonly id: string; readonly title: string })[]
  readonly rules: {
    readonly size: number
    readonly problems: readonly {
      readonly code: string
      readonly severity: string
      readonly message: string
      readonly at?: { readonly file: string; readonly line: number; readonly column: number }
    }[]
  }
  readonly pipeline: {
    readonly eventsReceived: number
    readonly alertsRaised: number
    readonly dropped: number
  }
  readonly store: {
    readonly events: number
    readonly alerts: number
    readonly sizeBytes: number
    readonly oldestMs?: number
    readonly newestMs?: number
  }
}

export interface Rule {
  readonly id: number
  readonly level: number
  readonly description: string
  readonly groups: readonly string[]
  readonly mitreIds: readonly string[]
  readonly file: string
  readonly line: number
  readonly origin: string
}

export interface RuleDetail extends Rule {
  readonly xml: string
  readonly parents: readonly number[]
  readonly children: readonly number[]
}
