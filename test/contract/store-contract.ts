import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { toByteString } from '../../src/event/byte-string.ts'
import { replayedEvent } from '../../src/event/listed-facts.ts'
import type { Store } from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'
import {
  never,
  t0,
  search,
  idsOf,
  aggregate,
  start,
  secret,
  odd,
  quiet,
  partsOf,
  testStores,
} from './store-records.ts'

/** The behaviour of every `Store`. `open` gives an empty one. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    const { fresh, filled } = testStores(open)

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

    it('answers questions about fields when values have characters that no text should have', async () => {
      const store = await fresh()
      await store.append('a', undefined, [
        entry({ id: 'strange', data: { odd: 'x\ufdd0y\u0001z', same: 'here' }, rule: { id: 1, level: 7 } }),
        entry({ id: 'plain', data: { odd: 'plain', same: 'here' }, rule: { id: 1, level: 7 } }),
      ])
      for (const dataset of ['events', 'alerts'] as const) {
        assert.deepEqual(await idsOf(search(store, 'same: here', { dataset })), ['strange', 'plain'])
        assert.deepEqual(await idsOf(search(store, 'odd: "x\ufdd0y\u0001z"', { dataset })), ['strange'])
        assert.deepEqual(await idsOf(search(store, '"x\ufdd0y"', { dataset })), ['strange'])
        const terms = await aggregate(store, { kind: 'terms', field: 'odd', size: 5 }, dataset)
        assert.deepEqual(
          terms.buckets.map(({ key }) => key),
          ['plain', 'x\ufdd0y\u0001z'],
        )
      }
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
      const { sizeBytes, recordsWithoutWords = 4, ...rest } = await (await filled()).stats()
      assert.ok(sizeBytes > 0)
      assert.equal(recordsWithoutWords, 4)
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
