import type { Alert } from '../event/alert.ts'
import type { Cursor } from '../event/batch.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { RuleView } from '../event/alert.ts'
import type { Query } from './query/query.ts'

/** Order of appends: grows with every stored event, survives restarts. */
export type Position = number
export type Dataset = 'alerts' | 'events'

/** One analysed event on its way into the store. */
export interface Entry {
  readonly event: DecodedEvent
  /** The archive document. */
  readonly document: string
  /** The same with a 0 as its `full_log`, which `withFullLog` undoes; whoever wrote the document has it for nothing. */
  readonly shortDocument?: string
  /** `agent.name` of the document; absent: that of the event. */
  readonly agentName?: string | undefined
  readonly rule: RuleView | undefined
  readonly alert: Alert | undefined
}

export interface Hit {
  readonly position: Position
  /** Id of the event (`RawEvent.id`). */
  readonly eventId: string
  /** `RawEvent.source`. */
  readonly source: string
  readonly receivedAtMs: number
  /** Alert or archive document, JSON text. */
  readonly document: string
}

export interface SearchRequest {
  readonly dataset: Dataset
  readonly query: Query
  /** Inclusive, milliseconds. */
  readonly fromMs?: number
  /** Exclusive, milliseconds. */
  readonly toMs?: number
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  /** Only hits beyond this position in the given order: cursor paging. */
  readonly after?: Position
  /** `false`: the total is not needed, as for the pages of an export. */
  readonly counting?: boolean
}

export interface Page {
  readonly hits: readonly Hit[]
  /** Exact up to 10,000; beyond that, or when the page is full and counting takes longer than a second and a half, a lower bound. */
  readonly total: { readonly value: number; readonly exact: boolean }
  /** Why the page is not complete, when it is not: a time or size limit was reached. */
  readonly partial?: string
}

export type Aggregation =
  | {
      readonly kind: 'terms'
      readonly field: string
      readonly size: number
      readonly by?: { readonly field: string; readonly size: number }
      /** Buckets say when they begin and end. */
      readonly times?: boolean
    }
  | {
      readonly kind: 'histogram'
      readonly intervalMs: number
      readonly by?: 'level' | { readonly field: string; readonly size: number }
    }
  | { readonly kind: 'range'; readonly field: string; readonly bounds: readonly number[] }
  | { readonly kind: 'cardinality'; readonly field: string }
  /** Two buckets whose keys are the lowest and the highest number (or time in milliseconds, for `timestamp`); none when there is no value. */
  | { readonly kind: 'extent'; readonly field: string }
  /** No buckets: some fields of the first events themselves, `size` of them, ten at most. */
  | {
      readonly kind: 'topHits'
      readonly size: number
      /** Left out: `summaryFields`. */
      readonly fields?: readonly string[]
      /** `level`: highest rule level first, newest first within a level. Left out: `newest`. */
      readonly order?: 'newest' | 'level'
    }

export interface Bucket {
  /** Term, start of the interval (milliseconds) or lower bound. */
  readonly key: string | number
  readonly count: number
  /** Highest rule level in the bucket. */
  readonly maxLevel?: number
  /** Of terms with `times`: when the first and the last of them arrived, milliseconds. */
  readonly firstMs?: number
  readonly lastMs?: number
  /**
   * Split: counts by term (`other` for those beyond `size`) or, in a histogram, by severity band: `info` for levels 0 to 3, `low` 4 to 6, `medium` 7 to 11,
   * `high` 12 to 14, `critical` from 15.
   */
  readonly split?: Readonly<Record<string, number>>
}

/** What `topHits` gives of one event. */
export interface TopHit extends Pick<Hit, 'position' | 'eventId' | 'receivedAtMs'> {
  /** By the name that was asked for; a field the event does not have is an empty list. */
  readonly fields: Readonly<Record<string, readonly string[]>>
}

export interface AggregationResult {
  readonly buckets: readonly Bucket[]
  /** Events in no bucket because of `size`. */
  readonly other?: number
  /** Cardinality: how many distinct values. */
  readonly value?: number
  /** Of `topHits`. */
  readonly hits?: readonly TopHit[]
  /** Why buckets are missing, when they are: a time or size limit was reached. */
  readonly partial?: string
}

export interface AggregateRequest {
  readonly dataset: Dataset
  readonly query: Query
  readonly fromMs?: number
  readonly toMs?: number
  readonly aggregations: Readonly<Record<string, Aggregation>>
}

export interface StoreStats {
  readonly events: number
  readonly alerts: number
  readonly sizeBytes: number
  /** Records whose words are not written down yet, so that every search for a text reads them; absent in a store without such. */
  readonly recordsWithoutWords?: number
  readonly oldestMs: number | undefined
  readonly newestMs: number | undefined
}

export interface Followed {
  readonly at: Position
  readonly hits: readonly Hit[]
}

/** Durable and findable. Every implementation passes `test/contract/store-contract.ts`. */
export interface Store {
  /** Those of `ids` that are neither stored nor being stored. Asked before evaluation, so that a replay raises no alert. */
  unseen(ids: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Resolves when events, alerts and cursor would survive a crash, together. An id that is already stored is a no-op.
   * Rejects when nothing of it was stored; the caller may append again.
   */
  append(source: string, cursor: Cursor | undefined, entries: readonly Entry[]): Promise<Position>
  cursor(source: string): Promise<Cursor | undefined>
  search(request: SearchRequest, signal: AbortSignal): Promise<Page>
  aggregate(
    request: AggregateRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, AggregationResult>>>
  /** By event id. */
  event(id: string): Promise<Hit | undefined>
  /** Everything after `position`, then what comes, until `signal` aborts. */
  follow(dataset: Dataset, after: Position, signal: AbortSignal): AsyncIterable<Followed>
  /** Position of the newest record; 0 when empty. */
  head(): Position
  /** A follower's own state, written by itself: opaque text. */
  followerState(name: string): Promise<string | undefined>
  saveFollowerState(name: string, state: string): Promise<void>
  /** Raw events received since `sinceMs` and before `untilMs`, in the order they were stored: to rebuild correlation memory, to try rules. */
  replay(sinceMs: number, signal: AbortSignal, untilMs?: number): AsyncIterable<readonly ReplayedEvent[]>
  stats(): Promise<StoreStats>
  close(): Promise<void>
}

/** Parts of a `RawEvent`: location and text are byte strings. */
export interface ReplayedEvent {
  readonly id: string
  readonly source: string
  readonly location: string
  readonly receivedAtMs: number
  readonly text: string
  /** Of `RawEvent.facts`, when there were any. */
  readonly facts?: readonly (readonly [name: string, value: string])[]
  /** What the rules made of it when it was stored. */
  readonly decided: Decided
}

export interface Decided {
  /** `undefined`: no rule of level 1 or more. */
  readonly rule: { readonly id: number; readonly level: number } | undefined
  readonly isAlert: boolean
}
