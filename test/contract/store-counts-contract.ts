import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { Store } from '../../src/store/store.ts'

import { entry } from '../support/entries.ts'

import { t0, aggregate, testStores } from './store-records.ts'

/** How every `Store` counts. `open` gives an empty one. */
export function storeCountsContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} counts as stores do`, () => {
    const { fresh, filled } = testStores(open)

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

    it('counts parts whatever they are called', async () => {
      const store = await fresh()
      const names = ['constructor', '__proto__', 'toString'] as const
      const entries = names.map((name, index) =>
        entry({ id: name, atMs: t0 + index, source: 'test', location: 'test', data: { name } }),
      )
      await store.append('test', undefined, entries)
      const byName = { kind: 'histogram', intervalMs: 60_000, by: { field: 'name', size: 5 } } as const
      const split = (await aggregate(store, byName)).buckets[0]?.split ?? {}
      assert.deepEqual(
        Object.entries(split).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        [
          ['__proto__', 1],
          ['constructor', 1],
          ['toString', 1],
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
  })
}
