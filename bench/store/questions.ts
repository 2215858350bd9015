import { parseQuery } from '../../src/store/query/parse.ts'
import type { AggregateRequest, Aggregation, Entry, SearchRequest, Store } from '../../src/store/store.ts'
import { spanMs, startMs } from './mix.ts'

export interface Question {
  readonly name: string
  /** What the design promises, milliseconds. */
  readonly budgetMs: number
  readonly ask: (store: Store) => Promise<unknown>
  /** The same for the SQLite baseline: `$from` and `$to` bound the day. */
  readonly sqlite?: string
}

const now = startMs + spanMs
export const day = { fromMs: now - 86_400_000, toMs: now }

function queryOf(text: string) {
  const parsed = parseQuery(text)
  if ('error' in parsed) throw new Error(parsed.error.message)
  return parsed.query
}

function search(query: string, more: Partial<SearchRequest> = {}) {
  const request: SearchRequest = {
    dataset: 'events',
    query: queryOf(query),
    limit: 50,
    order: 'newest',
    ...more,
  }
  return (store: Store) => store.search(request, new AbortController().signal)
}

function aggregate(it: Aggregation, query = '', more: Partial<AggregateRequest> = {}) {
  const request: AggregateRequest = {
    dataset: 'events',
    query: queryOf(query),
    aggregations: { it },
    ...day,
    ...more,
  }
  return (store: Store) => store.aggregate(request, new AbortController().signal)
}

const inDay = 'received BETWEEN $from AND $to'
const half = 1_800_000

/** What is asked about one event of the last day; every audit event has an id of its own. */
export function questionsAbout({ document }: Entry): readonly Question[] {
  const [, id = ''] = /"auditID":"([^"]+)"/.exec(document) ?? []
  return [
    { name: 'one audit id as bare word, day', budgetMs: 2000, ask: search(id, day) },
    { name: 'the end of an audit id as bare word, day', budgetMs: 2000, ask: search(id.slice(-12), day) },
    { name: 'any path: auditID: (one), day', budgetMs: 2000, ask: search(`auditID: ${id}`, day) },
  ]
}

/** What the pages of the dashboard ask. */
export const questions: readonly Question[] = [
  {
    name: 'newest 50 alerts, day',
    budgetMs: 200,
    ask: search('', { dataset: 'alerts', ...day }),
    sqlite: `SELECT document FROM records WHERE ${inDay} AND is_alert = 1 ORDER BY position DESC LIMIT 50`,
  },
  { name: 'newest 50 events, all time', budgetMs: 200, ask: search('') },
  {
    name: 'histogram by severity, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'histogram', intervalMs: half, by: 'level' }),
    sqlite: `SELECT received / ${half}, rule_level / 4, count(*) FROM records WHERE ${inDay} GROUP BY 1, 2`,
  },
  {
    name: 'histogram by Docker type, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'histogram', intervalMs: half, by: { field: 'docker.Type', size: 10 } }),
  },
  {
    name: 'terms rule.id, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'terms', field: 'rule.id', size: 20 }),
    sqlite: `SELECT rule_id, count(*) AS n FROM records WHERE ${inDay} GROUP BY 1 ORDER BY n DESC LIMIT 20`,
  },
  {
    name: 'terms image, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'terms', field: 'docker.Actor.Attributes.image', size: 10 }),
  },
  {
    name: 'terms user where level >= 7, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'terms', field: 'user.username', size: 200 }, 'rule.level >= 7'),
  },
  {
    name: 'terms rule.groups, all time',
    budgetMs: 1000,
    ask: aggregate({ kind: 'terms', field: 'rule.groups', size: 20 }, '', { fromMs: startMs }),
  },
  {
    name: 'cardinality of containers, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'cardinality', field: 'docker.Actor.ID' }),
  },
  {
    name: 'terms tactic of alerts, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'terms', field: 'rule.mitre.tactic', size: 14 }, '', { dataset: 'alerts' }),
  },
  {
    name: 'terms userAgent, day',
    budgetMs: 200,
    ask: aggregate({ kind: 'terms', field: 'userAgent', size: 500 }),
  },
  {
    name: 'any path: requestURI: *pods*, day',
    budgetMs: 2000,
    ask: search('requestURI: *pods*', day),
    sqlite: `SELECT count(*) FROM records WHERE ${inDay} AND document ->> '$.data.requestURI' LIKE '%pods%'`,
  },
  {
    name: 'any path that no event has, day',
    budgetMs: 2000,
    ask: search('nothing.here: x', day),
  },
  {
    name: 'terms any path (sourceIPs), day',
    budgetMs: 2000,
    ask: aggregate({ kind: 'terms', field: 'sourceIPs', size: 10 }),
    sqlite: `SELECT document ->> '$.data.sourceIPs', count(*) AS n FROM records WHERE ${inDay} GROUP BY 1 ORDER BY n DESC LIMIT 10`,
  },
  {
    name: 'common bare word (kubectl), day',
    budgetMs: 2000,
    ask: search('kubectl', day),
  },
  {
    name: 'bare word of three letters that no event has, day',
    budgetMs: 2000,
    ask: search('q0q', day),
  },
  {
    name: 'terms image where a rare word is, day',
    budgetMs: 2000,
    ask: aggregate({ kind: 'terms', field: 'docker.Actor.Attributes.image', size: 10 }, 'unheard-of'),
  },
  {
    name: 'bare word that no event has, all time',
    budgetMs: 10_000,
    ask: search('unheard-of'),
  },
  {
    name: 'bare word that no event has, day',
    budgetMs: 2000,
    ask: search('unheard-of', day),
    sqlite: `SELECT count(*) FROM records WHERE ${inDay} AND (document LIKE '%unheard-of%' OR text LIKE '%unheard-of%')`,
  },
]
