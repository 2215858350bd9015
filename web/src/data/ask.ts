import type { Aggregation } from '../../../src/store/store.ts'
import type { AggregateAnswer, AggregationResult, Health, Hit, SearchAnswer } from './answers.ts'
import { range, refreshed, scopeWithin } from './address.ts'
import type { Problem, Resource } from './client.ts'
import { both } from './filter.ts'
import { queryString, useResource } from './client.ts'
import { askAfterwards, askTogether } from './together.ts'

/** What a panel asks in addition to the question of the page. */
export interface Narrower {
  readonly q?: string
  readonly f?: readonly string[]
  readonly ds?: 'alerts' | 'events'
  /** Another time than that of the page. */
  readonly from?: string
  readonly to?: string
  readonly muted?: 'only'
  /** Without the search and the filters of the page. */
  readonly alone?: boolean
}

function narrowed({ q, f = [], alone = false, ...rest }: Narrower) {
  const asked = alone ? { ...scopeWithin.value, q: '', f: [] } : scopeWithin.value
  const text = q === undefined ? asked.q : both(asked.q, q)
  return { ...asked, q: text, f: [...asked.f, ...f], ...rest }
}

export interface Counts {
  readonly of: (name: string) => AggregationResult
  readonly isReady: boolean
  readonly problem: Problem | undefined
}

const nothing: AggregationResult = { buckets: [] }

/** Many counts in one request. */
export function useCounts(aggs: Readonly<Record<string, Aggregation>>, narrower: Narrower = {}): Counts {
  const body = { ...narrowed(narrower), aggs }
  return countsOf(useResource<AggregateAnswer>({ path: '/aggregates', body }, askTogether))
}

function countsOf({ data, problem }: Resource<AggregateAnswer>): Counts {
  return { of: (name) => data?.results[name] ?? nothing, isReady: data !== undefined, problem }
}

/** Counts by fields that every event has to be opened for: the page shows the others meanwhile, and asks them first. */
export function useSlowCounts(aggs: Readonly<Record<string, Aggregation>>, narrower: Narrower = {}): Counts {
  const body = { ...narrowed(narrower), aggs }
  return countsOf(useResource<AggregateAnswer>({ path: '/aggregate', body }, askAfterwards))
}

/** The newest events of a kind. */
export function useNewest(limit: number, narrower: Narrower = {}) {
  const { data, problem } = useResource<SearchAnswer>({
    path: `/search${queryString({ ...narrowed(narrower), limit })}`,
  })
  const hits: readonly Hit[] = data?.hits ?? []
  return { hits, total: data?.total, isReady: data !== undefined, problem }
}

/** How the manager is, asked anew with the counts. */
export function useHealth() {
  return useResource<Health>({ path: '/health', version: refreshed.value })
}

/** The span of the same length before the present one. */
export function before(): { readonly from: string; readonly to: string } {
  const { fromMs, toMs } = range.value
  return { from: String(fromMs - (toMs - fromMs)), to: String(fromMs) }
}
