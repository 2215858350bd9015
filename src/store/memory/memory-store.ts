import type { Cursor } from '../../event/batch.ts'
import { predicate } from '../query/predicate.ts'
import type {
  AggregateRequest,
  AggregationResult,
  Dataset,
  Entry,
  Followed,
  Hit,
  Page,
  Position,
  ReplayedEvent,
  SearchRequest,
  Store,
  StoreStats,
} from '../store.ts'
import { aggregateDocuments } from './aggregate-documents.ts'

interface Stored {
  readonly event: Hit
  readonly alert: Hit | undefined
  readonly replayed: ReplayedEvent
}

/** The whole contract without a disk: for tests of what stands on top of a store. Nothing survives, nothing is ever dropped. */
export class MemoryStore implements Store {
  readonly #stored: Stored[] = []
  readonly #ids = new Set<string>()
  readonly #cursors = new Map<string, Cursor>()
  readonly #followers = new Map<string, string>()
  readonly #listeners = new Set<() => void>()

  async unseen(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.filter((id) => !this.#ids.has(id)))
  }

  async append(source: string, cursor: Cursor | undefined, entries: readonly Entry[]): Promise<Position> {
    for (const { event, document, rule, alert } of entries) {
      const { id, source: type, location, receivedAtMs, text } = event.raw
      if (this.#ids.has(id)) continue
      this.#ids.add(id)
      const position = this.#stored.length + 1
      const hit: Hit = {
        position,
        eventId: id,
        source: type,
        receivedAtMs: Math.trunc(receivedAtMs),
        document,
      }
      this.#stored.push({
        event: hit,
        alert: alert && { ...hit, document: alert.document },
        replayed: {
          id,
          source: type,
          location,
          receivedAtMs: hit.receivedAtMs,
          text,
          ...(event.raw.facts ? { facts: [...event.raw.facts.entries()] } : {}),
          decided: { rule: rule && { id: rule.id, level: rule.level }, isAlert: alert !== undefined },
        },
      })
    }
    if (cursor !== undefined) this.#cursors.set(source, cursor)
    for (const listener of this.#listeners) listener()
    return this.head()
  }

  async cursor(source: string): Promise<Cursor | undefined> {
    return this.#cursors.get(source)
  }

  async search(request: SearchRequest, signal: AbortSignal): Promise<Page> {
    signal.throwIfAborted()
    const { order, after, limit } = request
    const found = this.#matching(request)
    if (order === 'newest') found.reverse()
    const beyond = found.filter(
      ({ position }) => after === undefined || (order === 'newest' ? position < after : position > after),
    )
    const exact = found.length <= 10_000
    return { hits: beyond.slice(0, limit), total: { value: exact ? found.length : 10_000, exact } }
  }

  async aggregate(
    request: AggregateRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, AggregationResult>>> {
    signal.throwIfAborted()
    const hits = this.#matching(request)
    return Object.fromEntries(
      Object.entries(request.aggregations).map(([name, wanted]) => [name, aggregateDocuments(wanted, hits)]),
    )
  }

  async event(id: string): Promise<Hit | undefined> {
    return this.#stored.find(({ event }) => event.eventId === id)?.event
  }

  async *follow(dataset: Dataset, after: Position, signal: AbortSignal): AsyncIterable<Followed> {
    for (let at = after; !signal.aborted;) {
      const next = this.#stored.slice(at, at + 500)
      at += next.length
      const hits = next.flatMap((stored) => hitIn(stored, dataset) ?? [])
      if (hits.length > 0) yield { at, hits }
      else if (next.length === 0) await this.#appended(signal)
    }
  }

  head(): Position {
    return this.#stored.length
  }

  async followerState(name: string): Promise<string | undefined> {
    return this.#followers.get(name)
  }

  async saveFollowerState(name: string, state: string): Promise<void> {
    this.#followers.set(name, state)
  }

  async *replay(
    sinceMs: number,
    signal: AbortSignal,
    untilMs = Infinity,
  ): AsyncIterable<readonly ReplayedEvent[]> {
    signal.throwIfAborted()
    const found = this.#stored
      .map(({ replayed }) => replayed)
      .filter(({ receivedAtMs }) => receivedAtMs >= sinceMs && receivedAtMs < untilMs)
    if (found.length > 0) yield found
  }

  async stats(): Promise<StoreStats> {
    const times = this.#stored.map(({ event }) => event.receivedAtMs)
    return {
      events: this.#stored.length,
      alerts: this.#stored.filter(({ alert }) => alert).length,
      sizeBytes: this.#stored.reduce((sum, { event }) => sum + event.document.length, 0),
      oldestMs: times.length === 0 ? undefined : Math.min(...times),
      newestMs: times.length === 0 ? undefined : Math.max(...times),
    }
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener()
  }

  #matching({ dataset, query, fromMs = -Infinity, toMs = Infinity }: Matching): Hit[] {
    const matches = predicate(query)
    return this.#stored
      .flatMap((stored) => hitIn(stored, dataset) ?? [])
      .filter(
        ({ receivedAtMs, document }) => receivedAtMs >= fromMs && receivedAtMs < toMs && matches(document),
      )
  }

  #appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#listeners.add(done)
      signal.addEventListener('abort', done)
    })
  }
}

type Matching = Pick<SearchRequest, 'dataset' | 'query' | 'fromMs' | 'toMs'>

function hitIn({ event, alert }: Stored, dataset: Dataset): Hit | undefined {
  return dataset === 'events' ? event : alert
}
