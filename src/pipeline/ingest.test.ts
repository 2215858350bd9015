import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import type { Batch } from '../event/batch.ts'
import { RawEvent } from '../event/raw-event.ts'
import { loadEngine } from '../load-engine.ts'
import type { Source } from '../sources/source.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Entry } from '../store/store.ts'
import { pipelineTelemetry } from '../telemetry/pipeline.ts'
import { packageRoot } from '../version.ts'
import { ingest, type IngestParts } from './ingest.ts'
import { rebuildMemory } from './rebuild.ts'

const loaded = loadEngine({ home: path.join(packageRoot, 'no-such-home'), hostName: 'host' })
const failedSignIn =
  '{"integration":"quaywatch","quaywatch":{"kind":"change","action":"sign-in-failed","target":"eve","address":"192.0.2.1"}}'

function event(id: string, text = failedSignIn): RawEvent {
  return new RawEvent({ id, source: 'self', location: 'quaywatch', receivedAtMs: 1_790_000_000_000, text })
}

/** Hands over what it is given and notes how each batch was settled. */
class ListSource implements Source {
  readonly name = 'list'
  readonly settled: (string | undefined)[] = []
  from: string | undefined
  readonly #batches: readonly { readonly events: readonly RawEvent[]; readonly cursor?: string }[]

  constructor(batches: readonly { readonly events: readonly RawEvent[]; readonly cursor?: string }[]) {
    this.#batches = batches
  }

  async *read(from: string | undefined): AsyncGenerator<Batch> {
    this.from = from
    for (const { events, cursor } of this.#batches)
      yield { source: 'list', events, cursor, settle: (failure) => void this.settled.push(failure?.message) }
  }

  status() {
    return { state: 'running' as const, detail: 'a list' }
  }
}

/** Refuses the first appends, as a full disk would. */
class FailingStore extends MemoryStore {
  failures = 0
  offered: (readonly Entry[])[] = []

  override async append(
    source: string,
    cursor: string | undefined,
    entries: readonly Entry[],
  ): Promise<number> {
    this.offered.push(entries)
    if (this.failures-- > 0) throw new Error('no space left on device')
    return super.append(source, cursor, entries)
  }
}

/** Takes everything at once, but the first append is durable only when it is let go. */
class SlowStore extends MemoryStore {
  readonly appended: (readonly string[])[] = []
  #hold: Promise<void>

  constructor(hold: Promise<void>) {
    super()
    this.#hold = hold
  }

  override async append(
    source: string,
    cursor: string | undefined,
    entries: readonly Entry[],
  ): Promise<number> {
    const hold = this.#hold
    this.#hold = Promise.resolve()
    this.appended.push(entries.map((entry) => entry.event.raw.id))
    const position = await super.append(source, cursor, entries)
    await hold
    return position
  }
}

function parts(
  store: MemoryStore,
): IngestParts & { readonly telemetry: ReturnType<typeof pipelineTelemetry> } {
  const engine = loaded.newSession()
  const telemetry = pipelineTelemetry({ log: pino({ level: 'silent' }), metrics: new Registry() })
  return { store, engine: () => engine, telemetry, now: () => 1_790_000_000_000 }
}

const never = new AbortController().signal
const stored = async (store: MemoryStore) => {
  const page = await store.search(
    { dataset: 'alerts', query: { kind: 'all' }, limit: 100, order: 'oldest' },
    never,
  )
  return page.hits.map(({ eventId }) => eventId)
}

describe('ingest()', () => {
  it('stores events with their cursor and settles bare', async () => {
    const store = new MemoryStore()
    const source = new ListSource([{ events: [event('a'), event('b')], cursor: 'after-b' }])
    await ingest(source, parts(store), never)
    assert.deepEqual(source.settled, [undefined])
    assert.deepEqual(await stored(store), ['a', 'b'])
    assert.equal(await store.cursor('list'), 'after-b')
  })

  it('begins where the stored cursor says', async () => {
    const store = new MemoryStore()
    await ingest(new ListSource([{ events: [], cursor: 'here' }]), parts(store), never)
    const again = new ListSource([])
    await ingest(again, parts(store), never)
    assert.equal(again.from, 'here')
  })

  it('stores an id once, within a batch and over batches, and raises no second alert', async () => {
    const store = new MemoryStore()
    const used = parts(store)
    const source = new ListSource([
      { events: [event('a'), event('a')] },
      { events: [event('a'), event('c')] },
    ])
    await ingest(source, used, never)
    assert.deepEqual(await stored(store), ['a', 'c'])
    assert.equal(used.telemetry.totals.events, 2)
    assert.equal(used.telemetry.totals.alerts, 2)
  })

  it('evaluates once and appends again until the store takes it', async () => {
    const store = new FailingStore()
    store.failures = 2
    const source = new ListSource([{ events: [event('a')] }])
    await ingest(source, parts(store), never)
    assert.equal(store.offered.length, 3)
    assert.ok(store.offered.every((entries) => entries === store.offered[0]))
    assert.deepEqual(source.settled, [undefined])
  })

  it('has as many batches under way as the source allows, and settles them in their order', async () => {
    let letGo = () => {}
    const store = new SlowStore(
      new Promise((resolve) => {
        letGo = resolve
      }),
    )
    const list = new ListSource([
      { events: [event('a')] },
      // Nothing is left to store of it, but what it repeats is not durable yet.
      { events: [event('a')] },
      { events: [event('b')] },
      { events: [event('c')] },
    ])
    const source: Source = {
      name: 'list',
      mostUnsettled: 3,
      read: (from) => list.read(from),
      status: () => list.status(),
    }
    const running = ingest(source, parts(store), never)
    while (store.appended.length < 2) await new Promise((resolve) => setImmediate(resolve))
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(store.appended, [['a'], ['b']])
    assert.deepEqual(list.settled, [])
    letGo()
    await running
    assert.deepEqual(store.appended, [['a'], ['b'], ['c']])
    assert.deepEqual(list.settled, [undefined, undefined, undefined, undefined])
  })

  it('settles with the reason when it is stopped while the store refuses', async () => {
    const store = new FailingStore()
    store.failures = 1000
    const stop = new AbortController()
    const source = new ListSource([{ events: [event('a')] }])
    const running = ingest(source, parts(store), stop.signal)
    stop.abort()
    await running
    assert.equal(source.settled.length, 1)
    assert.notEqual(source.settled[0], undefined)
  })
})

describe('rebuildMemory()', () => {
  it('lets a frequency rule go on as if nothing had happened', async () => {
    const store = new MemoryStore()
    await ingest(
      new ListSource([{ events: ['1', '2', '3', '4', '5'].map((id) => event(id)) }]),
      parts(store),
      never,
    )
    const restarted = parts(store)
    assert.equal(await rebuildMemory(store, restarted.engine(), 0, never), 5)
    await ingest(new ListSource([{ events: [event('6')] }]), restarted, never)
    const page = await store.search(
      { dataset: 'alerts', query: { kind: 'all' }, limit: 1, order: 'newest' },
      never,
    )
    assert.match(page.hits[0]?.document ?? '', /"id":"409005"/)
  })
})
