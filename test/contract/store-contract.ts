import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'

import { toByteString } from '../../src/event/byte-string.ts'
import { replayedEvent } from '../../src/event/listed-facts.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import { parseQuery } from '../../src/store/query/parse.ts'
import type {
  AggregationResult,
  Aggregation,
  Dataset,
  Page,
  SearchRequest,
  Store,
} from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'

const never = new AbortController().signal
const t0 = 1_795_000_000_000

function queryOf(text: string) {
  const parsed = parseQuery(text)
  assert.ok('query' in parsed, text)
  return parsed.query
}

function search(store: Store, text: string, more: Partial<SearchRequest> = {}): Promise<Page> {
  return store.search(
    { dataset: 'events', query: queryOf(text), limit: 100, order: 'oldest', ...more },
    never,
  )
}

async function idsOf(page: Promise<Page>): Promise<string[]> {
  return (await page).hits.map(({ eventId }) => eventId)
}

async function aggregate(
  store: Store,
  aggregation: Aggregation,
  dataset: Dataset = 'events',
): Promise<AggregationResult> {
  const request = { dataset, query: queryOf(''), aggregations: { it: aggregation } }
  const { it: result } = await store.aggregate(request, never)
  assert.ok(result)
  return result
}

const start = {
  id: 'start',
  atMs: t0,
  source: 'docker-listener',
  location: 'Wazuh-Docker',
  rule: { id: 87903, level: 3, groups: ['docker', 'container'] },
  data: {
    integration: 'docker',
    docker: {
      Type: 'container',
      Action: 'start',
      Actor: { ID: 'c0ffee', Attributes: { name: 'web', image: 'nginx:1.25' } },
      timeNano: '1795000000000000001',
    },
  },
} as const
const secret = {
  id: 'secret',
  atMs: t0 + 60_000,
  source: 'kube-audit',
  location: 'k8s',
  rule: { id: 401100, level: 12, groups: ['k8s'], mitreIds: ['T1552.007'] },
  data: {
    verb: 'get',
    user: { username: 'Alice' },
    objectRef: { resource: 'secrets', namespace: 'shop' },
    sourceIPs: ['10.1.2.3', '192.168.0.9'],
    responseStatus: { code: 200 },
  },
} as const
const odd = {
  id: 'odd \u0001"\n\u001f id',
  atMs: t0 + 61_000,
  text: 'Ünïcode \u{1F600} with \u0000 nul, \u001b[31m escape, "quotes", back\\slash\nand a line break \ufdd5\u0001\ufdd0',
  data: { odd: { '': 'empty name', näme: 'ÄÖ%_' }, list: [1, 'two'] },
} as const
const quiet = {
  id: 'quiet',
  atMs: t0 + 120_000,
  rule: { id: 5, level: 1 },
  data: { verb: 'list', zero: '' },
} as const

function partsOf({ id, source, location, receivedAtMs, text }: RawEvent) {
  return { id, source, location, receivedAtMs, text }
}

/** The behaviour of every `Store`. `open` gives an empty one. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    const opened: Store[] = []
    const fresh = async (): Promise<Store> => {
      const store = await open()
      opened.push(store)
      return store
    }
    const filled = async (): Promise<Store> => {
      const store = await fresh()
      await store.append('docker', 'cursor 1', [entry(start)])
      await store.append('kube', undefined, [entry(secret), entry(odd)])
      await store.append('kube', 'cursor 2', [entry(quiet)])
      return store
    }
    after(async () => {
      for (const store of opened) await store.close()
    })

    it('is empty at first', async () => {
      const store = await fresh()
      assert.equal(store.head(), 0)
      assert.deepEqual(await search(store, ''), { hits: [], total: { value: 0, exact: true } })
      assert.equal(await store.cursor('docker'), undefined)
      assert.equal(await store.event('start'), undefined)
      assert.deepEqual(await aggregate(store, { kind: 'terms', field: 'rule.id', size: 5 }), {
        buckets: [],
        other: 0,
      })
      assert.deepEqual(await aggregate(store, { kind: 'cardinality', field: 'rule.id' }), {
        buckets: [],
        value: 0,
      })
    })

    it('gives back exactly the documents it was given, alert and event', async () => {
      const store = await filled()
      for (const parts of [start, secret, odd, quiet]) {
        const given = entry(parts)
        const hit = await store.event(parts.id)
        assert.equal(hit?.document, given.document)
        assert.equal(hit?.source, given.event.raw.source)
        assert.equal(hit?.receivedAtMs, parts.atMs)
        const [alert] = (
          await search(store, '', { dataset: 'alerts', fromMs: parts.atMs, toMs: parts.atMs + 1 })
        ).hits
        assert.equal(alert?.document, given.alert?.document)
      }
    })

    it('an id that is stored already is a no-op, in the same append, later, and at the same time', async () => {
      const store = await fresh()
      await store.append('a', undefined, [entry({ id: 'x' }), entry({ id: 'x', text: 'other' })])
      await Promise.all([
        store.append('a', undefined, [entry({ id: 'x' }), entry({ id: 'y' })]),
        store.append('b', undefined, [entry({ id: 'y' }), entry({ id: 'z' })]),
      ])
      assert.deepEqual(await idsOf(search(store, '')), ['x', 'y', 'z'])
      assert.deepEqual([...(await store.unseen(['x', 'y', 'new', 'z']))], ['new'])
    })

    it('positions grow by every stored event and head() is the newest', async () => {
      const store = await filled()
      const { hits } = await search(store, '')
      assert.deepEqual(
        hits.map(({ position }) => position),
        [1, 2, 3, 4],
      )
      assert.equal(store.head(), 4)
      assert.equal(await store.append('a', 'c', []), 4)
    })

    it('keeps the newest cursor of each source and what followers save', async () => {
      const store = await filled()
      assert.equal(await store.cursor('docker'), 'cursor 1')
      assert.equal(await store.cursor('kube'), 'cursor 2')
      await store.append('kube', undefined, [])
      assert.equal(await store.cursor('kube'), 'cursor 2')
      await store.saveFollowerState('file', 'one')
      await store.saveFollowerState('file', 'two \u0000\n')
      assert.equal(await store.followerState('file'), 'two \u0000\n')
      assert.equal(await store.followerState('other'), undefined)
    })

    const queries: readonly (readonly [query: string, ids: readonly string[]])[] = [
      ['', ['start', 'secret', odd.id, 'quiet']],
      ['docker.Type: container', ['start']],
      ['data.docker.Type: CONTAINER', ['start']],
      ['docker.Action: st*', ['start']],
      ['docker.Action: st', []],
      ['docker.Actor.Attributes.image: nginx:*', ['start']],
      ['rule.level >= 3', ['start', 'secret']],
      ['rule.level: [1 to 3]', ['start', 'quiet']],
      ['not rule.level >= 3', [odd.id, 'quiet']],
      ['rule.id: (87903 or 5)', ['start', 'quiet']],
      ['rule.groups: docker and rule.groups: container', ['start']],
      ['rule.groups: *', ['start', 'secret']],
      ['rule.mitre.id: T1552*', ['secret']],
      ['user.username: alice', ['secret']],
      ['user: *', ['secret']],
      ['sourceIPs: 192.168.0.9', ['secret']],
      ['sourceIPs: 10.0.0.0/8', ['secret']],
      ['sourceIPs: 11.0.0.0/8', []],
      ['responseStatus.code >= 200', ['secret']],
      ['docker.timeNano: 1795000000000000001', ['start']],
      ['verb: *', ['secret', 'quiet']],
      ['verb: (get or list) and not objectRef.resource: secrets', ['quiet']],
      ['location: k8s', ['secret']],
      ['zero: *', ['quiet']],
      ['odd.näme: äö%_', [odd.id]],
      ['odd.näme: äö__', []],
      ['list: two', [odd.id]],
      ['list < 2', [odd.id]],
      ['list: *', [odd.id]],
      ['full_log: ünïcode*', [odd.id]],
      ['ÜNÏCODE', [odd.id]],
      ['"escape, \\"quotes\\", back\\\\slash"', [odd.id]],
      ['back*break', [odd.id]],
      ['\\*', []],
      ['nginx web', ['start']],
      ['timestamp >= 2026-11-18T11:07:41Z', [odd.id, 'quiet']],
      ['timestamp < 2026-11-18T11:07:00Z', ['start']],
      ['agent.name: manager and data.verb: list', ['quiet']],
      ["x' OR 1=1 --: 1", []],
    ]
    it('answers queries', async () => {
      const store = await filled()
      for (const [query, ids] of queries) assert.deepEqual(await idsOf(search(store, query)), ids, query)
    })

    it('pages by position in both directions, counting everything', async () => {
      const store = await fresh()
      await store.append(
        'a',
        undefined,
        Array.from({ length: 25 }, (_, index) => entry({ id: `e${index + 1}`, atMs: t0 + index })),
      )
      const newest = await search(store, '', { order: 'newest', limit: 10 })
      assert.deepEqual(
        newest.hits.map(({ position }) => position),
        [25, 24, 23, 22, 21, 20, 19, 18, 17, 16],
      )
      const second = await search(store, '', { order: 'newest', limit: 10, after: 16 })
      assert.deepEqual(
        second.hits.map(({ position }) => position),
        [15, 14, 13, 12, 11, 10, 9, 8, 7, 6],
      )
      assert.deepEqual(second.total, { value: 25, exact: true })
      const oldest = await search(store, '', { order: 'oldest', limit: 3, after: 6 })
      assert.deepEqual(
        oldest.hits.map(({ position }) => position),
        [7, 8, 9],
      )
      assert.deepEqual(await idsOf(search(store, '', { limit: 5, fromMs: t0 + 3, toMs: t0 + 5 })), [
        'e4',
        'e5',
      ])
    })

    it('counts terms with the highest level, and the rest as other', async () => {
      const store = await filled()
      assert.deepEqual(await aggregate(store, { kind: 'terms', field: 'rule.groups', size: 2 }), {
        buckets: [
          { key: 'container', count: 1, maxLevel: 3 },
          { key: 'docker', count: 1, maxLevel: 3 },
        ],
        other: 1,
      })
      assert.deepEqual(await aggregate(store, { kind: 'terms', field: 'sourceIPs', size: 5 }), {
        buckets: [
          { key: '10.1.2.3', count: 1, maxLevel: 12 },
          { key: '192.168.0.9', count: 1, maxLevel: 12 },
        ],
        other: 0,
      })
    })

    it('counts over time by severity and by term', async () => {
      const store = await filled()
      const minute = 60_000
      const first = t0 - (t0 % minute)
      assert.deepEqual(
        (await aggregate(store, { kind: 'histogram', intervalMs: minute, by: 'level' })).buckets,
        [
          { key: first, count: 1, maxLevel: 3, split: { info: 1 } },
          { key: first + minute, count: 2, maxLevel: 12, split: { high: 1, info: 1 } },
          { key: first + 2 * minute, count: 1, maxLevel: 1, split: { info: 1 } },
        ],
      )
      const byIp = { kind: 'histogram', intervalMs: minute, by: { field: 'sourceIPs', size: 1 } } as const
      assert.deepEqual((await aggregate(store, byIp)).buckets[1], {
        key: first + minute,
        count: 2,
        maxLevel: 12,
        split: { '10.1.2.3': 1, other: 1 },
      })
    })

    it('counts terms, each split by another field', async () => {
      const store = await filled()
      const bySource = { kind: 'terms', field: 'verb', size: 2, by: { field: 'sourceIPs', size: 1 } } as const
      assert.deepEqual(
        (await aggregate(store, bySource)).buckets.map(({ key, split }) => ({ key, split })),
        [
          { key: 'get', split: { '10.1.2.3': 1, other: 1 } },
          { key: 'list', split: {} },
        ],
      )
    })

    it('says of terms when each began and ended', async () => {
      const store = await filled()
      const bySource = { kind: 'terms', field: 'verb', size: 2, times: true } as const
      assert.deepEqual(
        (await aggregate(store, bySource)).buckets.map(({ key, firstMs, lastMs }) => [key, firstMs, lastMs]),
        [
          ['get', t0 + 60_000, t0 + 60_000],
          ['list', t0 + 120_000, t0 + 120_000],
        ],
      )
    })

    it('counts ranges, distinct values and the extent', async () => {
      const store = await filled()
      assert.deepEqual(await aggregate(store, { kind: 'range', field: 'rule.level', bounds: [2, 7, 12] }), {
        buckets: [
          { key: 2, count: 1 },
          { key: 7, count: 0 },
          { key: 12, count: 1 },
        ],
        other: 1,
      })
      assert.equal((await aggregate(store, { kind: 'cardinality', field: 'verb' })).value, 2)
      const extent = await aggregate(store, { kind: 'extent', field: 'timestamp' }, 'alerts')
      assert.deepEqual(
        extent.buckets.map(({ key }) => key),
        [t0, t0 + 60_000],
      )
    })

    it('follows from any position and goes on with what comes', async () => {
      const store = await filled()
      const stop = new AbortController()
      const seen: string[] = []
      for await (const { hits, at } of store.follow('alerts', 0, stop.signal)) {
        seen.push(...hits.map(({ eventId }) => eventId))
        assert.ok(at >= (hits.at(-1)?.position ?? 0))
        if (seen.length === 2)
          await store.append('docker', undefined, [entry({ ...quiet, id: 'late', alert: true })])
        if (seen.length === 3) stop.abort()
      }
      assert.deepEqual(seen, ['start', 'secret', 'late'])
    })

    it('replays what a source knew of a line of a container', async () => {
      const store = await open()
      const facts: readonly (readonly [string, string])[] = [
        ['container.name', 'web'],
        ['container.labels.com.example', 'ÄÖ'],
      ].map(([name = '', value = '']) => [toByteString(name), toByteString(value)] as const)
      const data = { container: { name: 'web', labels: { com: { example: 'ÄÖ' } } } }
      const line = entry({
        id: 'line',
        atMs: t0,
        source: 'localfile',
        location: 'docker:web',
        text: 'hello',
        data,
      })
      const raw = replayedEvent({ ...partsOf(line.event.raw), facts })
      await store.append('file', undefined, [{ ...line, event: { ...line.event, raw } }])
      const found = []
      for await (const page of store.replay(t0, never)) found.push(...page)
      assert.deepEqual(found[0]?.facts, facts)
    })

    it('replays messages as they were received, in order', async () => {
      const store = await filled()
      const found = []
      for await (const page of store.replay(t0 + 60_000, never)) found.push(...page)
      assert.deepEqual(
        found.map(({ id }) => id),
        ['secret', odd.id, 'quiet'],
      )
      const { raw } = entry(odd).event
      assert.deepEqual(found[1], {
        id: odd.id,
        source: 'test',
        location: 'here',
        receivedAtMs: odd.atMs,
        text: raw.text,
        decided: { rule: undefined, isAlert: false },
      })
      const some = []
      for await (const page of store.replay(t0, never, t0 + 60_000)) some.push(...page)
      assert.deepEqual(
        some.map(({ id, decided }) => [id, decided]),
        [['start', { rule: { id: 87903, level: 3 }, isAlert: true }]],
      )
    })

    it('says how much it holds', async () => {
      const { sizeBytes, ...rest } = await (await filled()).stats()
      assert.ok(sizeBytes > 0)
      assert.deepEqual(rest, { events: 4, alerts: 2, oldestMs: t0, newestMs: t0 + 120_000 })
    })

    it('stops when asked to', async () => {
      const store = await filled()
      await assert.rejects(
        search(store, '', {}).then(() =>
          store.search(
            { dataset: 'events', query: { kind: 'all' }, limit: 1, order: 'newest' },
            AbortSignal.abort(),
          ),
        ),
      )
    })
  })
}
