// A Store in one array, for tests of what stands on top of it.
import type {
  AggregateRequest,
  Aggregation,
  AggregationResult,
  Bucket,
  Dataset,
  Entry,
  Followed,
  Hit,
  Page,
  Position,
  SearchRequest,
  Store,
} from '../../src/store/store.ts'
import { fieldValue, parseDocument } from '../../src/api/document-field.ts'
import { predicate } from '../../src/store/query/predicate.ts'

interface Row {
  readonly alert: boolean
  readonly hit: Hit
  readonly tree: unknown
}

const bands = [
  [15, '15+'],
  [12, '12-14'],
  [7, '7-11'],
  [4, '4-6'],
  [0, '0-3'],
] as const

function levelOf(row: Row): number {
  return Number(fieldValue(row.tree, 'rule.level') ?? 0)
}

function bandOf(level: number): string {
  return bands.find(([least]) => level >= least)?.[1] ?? '0-3'
}

function valuesOf(row: Row, field: string): string[] {
  const value = fieldValue(row.tree, field)
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map(String)
}

export class ArrayStore implements Store {
  #rows: Row[] = []
  #waiting = new Set<() => void>()
  #states = new Map<string, string>()

  /** Adds finished documents, as an append would. */
  add(
    documents: readonly { readonly at: number; readonly document: string; readonly alert: boolean }[],
  ): void {
    for (const { at, document, alert } of documents) {
      const position = this.#rows.length + 1
      this.#rows.push({
        alert,
        tree: parseDocument(document),
        hit: { position, eventId: `event-${position}`, source: 'test', receivedAtMs: at, document },
      })
    }
    for (const wake of this.#waiting) wake()
  }

  async unseen(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids)
  }

  async append(_source: string, _cursor: string | undefined, entries: readonly Entry[]): Promise<Position> {
    this.add(
      entries.map(({ event, document, alert }) => ({
        at: event.raw.receivedAtMs,
        document: alert?.document ?? document,
        alert: alert !== undefined,
      })),
    )
    return this.head()
  }

  async cursor(): Promise<string | undefined> {
    return undefined
  }

  #find(request: Pick<SearchRequest, 'dataset' | 'query' | 'fromMs' | 'toMs'>): Row[] {
    const matches = predicate(request.query)
    const { fromMs = -Infinity, toMs = Infinity } = request
    return this.#rows.filter(
      ({ alert, hit }) =>
        (alert || request.dataset === 'events') &&
        hit.receivedAtMs >= fromMs &&
        hit.receivedAtMs < toMs &&
        matches(hit.document),
    )
  }

  async search(request: SearchRequest): Promise<Page> {
    const found = this.#find(request)
    const ordered = request.order === 'newest' ? found.reverse() : found
    const { after } = request
    const beyond = ordered.filter(
      ({ hit }) =>
        after === undefined || (request.order === 'newest' ? hit.position < after : hit.position > after),
    )
    return {
      hits: beyond.slice(0, request.limit).map(({ hit }) => hit),
      total: { value: found.length, exact: true },
    }
  }

  async aggregate(request: AggregateRequest): Promise<Readonly<Record<string, AggregationResult>>> {
    const rows = this.#find(request)
    return Object.fromEntries(
      Object.entries(request.aggregations).map(([name, aggregation]) => [name, aggregate(rows, aggregation)]),
    )
  }

  async event(id: string): Promise<Hit | undefined> {
    return this.#rows.find(({ hit }) => hit.eventId === id)?.hit
  }

  async *follow(dataset: Dataset, after: Position, signal: AbortSignal): AsyncIterable<Followed> {
    let at = after
    while (!signal.aborted) {
      const rows = this.#rows.slice(at).filter(({ alert }) => alert || dataset === 'events')
      at = this.#rows.length
      if (rows.length > 0) yield { at, hits: rows.map(({ hit }) => hit) }
      if (at < this.#rows.length || signal.aborted) continue
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
  }

  head(): Position {
    return this.#rows.length
  }

  async followerState(name: string): Promise<string | undefined> {
    return this.#states.get(name)
  }

  async saveFollowerState(name: string, state: string): Promise<void> {
    this.#states.set(name, state)
  }

  async *replay(): AsyncIterable<[]> {}

  async stats() {
    const times = this.#rows.map(({ hit }) => hit.receivedAtMs)
    return {
      events: this.#rows.length,
      alerts: this.#rows.filter(({ alert }) => alert).length,
      sizeBytes: this.#rows.reduce((sum, { hit }) => sum + hit.document.length, 0),
      oldestMs: times.length ? Math.min(...times) : undefined,
      newestMs: times.length ? Math.max(...times) : undefined,
    }
  }

  async close(): Promise<void> {}
}

function count(rows: readonly Row[], keysOf: (row: Row) => readonly string[]): Bucket[] {
  const found = new Map<string, { count: number; maxLevel: number }>()
  for (const row of rows) {
    for (const key of keysOf(row)) {
      const entry = found.get(key) ?? { count: 0, maxLevel: 0 }
      found.set(key, { count: entry.count + 1, maxLevel: Math.max(entry.maxLevel, levelOf(row)) })
    }
  }
  return [...found].map(([key, entry]) => ({ key, ...entry })).sort((a, b) => b.count - a.count)
}

function histogram(rows: readonly Row[], aggregation: Extract<Aggregation, { kind: 'histogram' }>): Bucket[] {
  const { intervalMs, by } = aggregation
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const key = Math.floor(row.hit.receivedAtMs / intervalMs) * intervalMs
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([key, group]) => {
      const split = by === 'level' ? count(group, (row) => [bandOf(levelOf(row))]) : []
      const terms =
        typeof by === 'object' ? count(group, (row) => valuesOf(row, by.field)).slice(0, by.size) : []
      return {
        key,
        count: group.length,
        maxLevel: Math.max(...group.map(levelOf)),
        ...(by === undefined
          ? {}
          : {
              split: Object.fromEntries(
                [...split, ...terms].map((bucket) => [String(bucket.key), bucket.count]),
              ),
            }),
      }
    })
}

function aggregate(rows: readonly Row[], aggregation: Aggregation): AggregationResult {
  switch (aggregation.kind) {
    case 'terms': {
      const all = count(rows, (row) => valuesOf(row, aggregation.field))
      const rest = all.slice(aggregation.size).reduce((sum, bucket) => sum + bucket.count, 0)
      return { buckets: all.slice(0, aggregation.size), other: rest }
    }
    case 'histogram':
      return { buckets: histogram(rows, aggregation) }
    case 'cardinality':
      return { buckets: [], value: count(rows, (row) => valuesOf(row, aggregation.field)).length }
    case 'range':
      return {
        buckets: aggregation.bounds.map((bound, index) => {
          const next = aggregation.bounds[index + 1] ?? Infinity
          const within = rows.filter((row) =>
            valuesOf(row, aggregation.field).some((value) => Number(value) >= bound && Number(value) < next),
          )
          return { key: bound, count: within.length }
        }),
      }
    case 'extent':
      break
  }
  const times = rows.map(({ hit }) => hit.receivedAtMs)
  return times.length === 0
    ? { buckets: [] }
    : {
        buckets: [
          { key: Math.min(...times), count: 1 },
          { key: Math.max(...times), count: 1 },
        ],
      }
}
