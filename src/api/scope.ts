import type { Dataset } from '../store/store.ts'
import type { Query } from '../store/query/query.ts'
import type { ApiContext } from './context.ts'
import type { Filter } from './filters.ts'
import type { Notebook } from './notebook.ts'
import { mutedQuery } from './notebook.ts'
import { narrow, parseFilter } from './filters.ts'
import { ApiProblem } from './problem-details.ts'
import { parseQuery } from '../store/query/parse.ts'
import { parseTime } from './time-text.ts'

/** What every read asks about: dataset, query, filters and time, in the words of the URL. */
export interface ScopeText {
  readonly ds?: Dataset
  readonly q?: string
  readonly f?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly muted?: 'shown' | 'hidden' | 'only'
}

export interface Scope {
  readonly dataset: Dataset
  /** Typed query, filters and mutes together. */
  readonly query: Query
  readonly typed: Query
  readonly filters: readonly Filter[]
  readonly fromMs?: number
  readonly toMs?: number
}

/** JSON schema of `ScopeText`. */
export const scopeProperties = {
  ds: {
    type: 'string',
    enum: ['alerts', 'events'],
    default: 'alerts',
    description: 'Alerts, or all events.',
  },
  q: { type: 'string', maxLength: 4096, default: '', description: 'Query text.' },
  f: {
    type: 'array',
    maxItems: 100,
    items: { type: 'string', maxLength: 4096 },
    description: 'Filters: `field:value`, `-field:value`, `!field` (absent), `?field` (present).',
  },
  from: {
    type: 'string',
    maxLength: 40,
    description: 'Inclusive: ISO 8601, milliseconds, `now` or `now-24h`.',
  },
  to: { type: 'string', maxLength: 40, description: 'Exclusive, as `from`.' },
  muted: {
    type: 'string',
    enum: ['shown', 'hidden', 'only'],
    default: 'shown',
    description: 'Of alerts: what to do with those that somebody muted.',
  },
} as const

export function readScope(text: ScopeText, { now, notebook }: Pick<ApiContext, 'now' | 'notebook'>): Scope {
  const nowMs = now()
  const parsed = parseQuery(text.q ?? '')
  if ('error' in parsed) {
    const { message, position, hint } = parsed.error
    throw new ApiProblem(400, 'query', message, {
      ...(hint === undefined ? {} : { advice: hint }),
      extra: { position },
    })
  }
  const filters = (text.f ?? []).map(readFilter)
  const fromMs = readTime('from', text.from, nowMs)
  const toMs = readTime('to', text.to, nowMs)
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
    throw new ApiProblem(400, 'time', 'The time range ends before it begins.')
  }
  const dataset = text.ds ?? 'alerts'
  const typed = dataset === 'alerts' ? unmuted(parsed.query, text.muted, notebook) : parsed.query
  return {
    dataset,
    query: narrow(typed, filters),
    typed,
    filters,
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  }
}

function unmuted(query: Query, muted: ScopeText['muted'], notebook: Notebook): Query {
  if (muted === undefined || muted === 'shown') return query
  const hidden = mutedQuery(notebook.mutes())
  if (!hidden) return muted === 'only' ? { kind: 'not', part: { kind: 'all' } } : query
  return { kind: 'and', parts: [query, muted === 'only' ? hidden : { kind: 'not', part: hidden }] }
}

function readFilter(text: string): Filter {
  const filter = parseFilter(text)
  if (!filter)
    throw new ApiProblem(400, 'filter', `The filter ${JSON.stringify(text.slice(0, 80))} names no field.`)
  return filter
}

function readTime(name: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined || text === '') return undefined
  const time = parseTime(text, nowMs)
  if (time === undefined) {
    throw new ApiProblem(400, 'time', `"${name}" is not a time: ${JSON.stringify(text)}.`, {
      advice: 'Write now-24h, an ISO 8601 time or milliseconds since 1970.',
    })
  }
  return time
}
