import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'
import { storeContract } from './store-contract.ts'
import { storeCountsContract } from './store-counts-contract.ts'

const root = mkdtempSync(path.join(tmpdir(), "quaywatch 'store' "))
let count = 0
const newFolder = () => path.join(root, String(++count))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

storeContract('the disk store', () => openStore({ folder: newFolder() }))
storeCountsContract('the disk store', () => openStore({ folder: newFolder() }))

const all = { dataset: 'events', query: { kind: 'all' }, limit: 100, order: 'oldest' } as const
const never = new AbortController().signal

describe('the disk store', () => {
  it('has everything again when it is opened again', async () => {
    const folder = newFolder()
    const first = await openStore({ folder })
    await first.append('docker', 'here', [entry({ id: 'a' }), entry({ id: 'b', rule: { id: 1, level: 7 } })])
    await first.saveFollowerState('file', 'position 1')
    await first.close()
    const second = await openStore({ folder })
    assert.equal(await second.cursor('docker'), 'here')
    assert.equal(await second.followerState('file'), 'position 1')
    assert.deepEqual([...(await second.unseen(['a', 'b', 'c']))], ['c'])
    assert.equal(await second.append('docker', undefined, [entry({ id: 'a' }), entry({ id: 'c' })]), 3)
    const { hits } = await second.search(all, never)
    assert.deepEqual(
      hits.map(({ eventId, position }) => [eventId, position]),
      [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
    )
    await second.close()
  })

  it('cuts off a commit that was interrupted and keeps those before it', async () => {
    const folder = newFolder()
    const first = await openStore({ folder })
    await first.append('docker', 'one', [entry({ id: 'a' })])
    const [name = ''] = readdirSync(path.join(folder, 'log'))
    const log = readFileSync(path.join(folder, 'log', name))
    await first.close()
    for (const file of readdirSync(path.join(folder, 'log'))) rmSync(path.join(folder, 'log', file))
    rmSync(path.join(folder, 'segments'), { recursive: true })
    writeFileSync(
      path.join(folder, 'log', name),
      Buffer.concat([log, log.subarray(log.indexOf(0x0a) + 1, -9)]),
    )
    const second = await openStore({ folder })
    assert.equal(await second.cursor('docker'), 'one')
    assert.deepEqual(
      (await second.search(all, never)).hits.map(({ eventId }) => eventId),
      ['a'],
    )
    await second.close()
  })

  it('sets a damaged segment aside, says so, and goes on', async () => {
    const folder = newFolder()
    const day = 86_400_000
    const first = await openStore({ folder })
    await first.append('docker', 'one', [entry({ id: 'a', atMs: 1_795_000_000_000 })])
    await first.search(all, never)
    await first.append('docker', 'two', [entry({ id: 'b', atMs: 1_795_000_000_000 + day })])
    await first.close()
    const [oldest = '', newest = ''] = readdirSync(path.join(folder, 'segments')).sort()
    assert.equal(oldest, 'segment-000001-2026-11-18.duckdb')
    assert.equal(newest, 'segment-000002-2026-11-19.duckdb')
    writeFileSync(path.join(folder, 'segments', oldest), 'no database')
    const damages: string[] = []
    const second = await openStore({
      folder,
      now: () => Date.UTC(2026, 10, 22),
      onDamage: ({ movedTo }) => damages.push(path.relative(folder, movedTo)),
    })
    assert.deepEqual(damages, [`damaged-2026-11-22T00-00-00-000Z/${oldest}`])
    assert.deepEqual(
      (await second.search(all, never)).hits.map(({ eventId }) => eventId),
      ['b'],
    )
    assert.equal(await second.cursor('docker'), 'two')
    assert.equal(await second.append('docker', undefined, [entry({ id: 'c' })]), 3)
    await second.close()
  })

  it('finds ids that memory does not hold any more', async () => {
    const folder = newFolder()
    const store = await openStore({ folder, recentIds: 4 })
    const ids = Array.from({ length: 12 }, (_, index) => `id ${index}`)
    for (const id of ids) await store.append('a', undefined, [entry({ id })])
    assert.deepEqual([...(await store.unseen([...ids, 'new']))], ['new'])
    await store.append(
      'a',
      undefined,
      ids.map((id) => entry({ id })),
    )
    assert.equal(store.head(), 12)
    await store.close()
    const again = await openStore({ folder, recentIds: 4 })
    for (let turn = 0; turn < 3; turn++) {
      assert.deepEqual([...(await again.unseen([...ids, 'new']))], ['new'])
      await again.append('a', undefined, [entry({ id: `more ${turn}` }), ...ids.map((id) => entry({ id }))])
    }
    assert.equal(again.head(), 15)
    await again.close()
  })

  it('drops old days, keeps their alerts as long as alerts are kept, and gives the space back', async () => {
    const folder = newFolder()
    const day = 86_400_000
    const first = await openStore({ folder })
    for (const [index, id] of ['oldest', 'older', 'today'].entries()) {
      const atMs = Date.UTC(2026, 10, 1 + index * 10)
      const rule = { id: 1, level: 7 }
      await first.append('a', undefined, [
        entry({ id, atMs }),
        entry({ id: `${id} alert`, atMs, rule, data: { verb: 'get' } }),
      ])
      await first.search(all, never)
    }
    await first.close()
    const limits = { alertsMs: 15 * day, eventsMs: 5 * day, maxSizeBytes: 2 ** 30 }
    const second = await openStore({ folder, limits, now: () => Date.UTC(2026, 10, 22) })
    while ((await second.stats()).events !== 3) await new Promise((resolve) => setImmediate(resolve))
    const { hits } = await second.search({ ...all, query: { kind: 'all' } }, never)
    assert.deepEqual(
      hits.map(({ eventId }) => eventId),
      ['older alert', 'today', 'today alert'],
    )
    assert.deepEqual(
      readdirSync(path.join(folder, 'segments'))
        .filter((name) => name.endsWith('.duckdb'))
        .sort(),
      ['segment-000002-2026-11-11.duckdb', 'segment-000003-2026-11-21.duckdb'],
    )
    await second.close()
    const third = await openStore({ folder })
    assert.equal((await third.stats()).events, 3)
    await third.close()
  })

  it('sets a log file aside that can never be loaded, and goes on', async () => {
    const folder = newFolder()
    const damages: string[] = []
    const store = await openStore({ folder, onDamage: ({ reason }) => damages.push(reason) })
    await store.append('a', '1', [entry({ id: 'broken', atMs: Number.NaN })])
    assert.deepEqual((await store.search(all, never)).hits, [])
    await store.append('a', '2', [entry({ id: 'whole' })])
    assert.deepEqual(
      (await store.search(all, never)).hits.map(({ eventId }) => eventId),
      ['whole'],
    )
    assert.equal(damages.length, 1)
    await store.close()
  })

  it('refuses to be opened twice', async () => {
    const folder = newFolder()
    const store = await openStore({ folder })
    await assert.rejects(openStore({ folder }), /is open in this process already/)
    await store.close()
  })

  it('gives all of a page, a replay and what a follower missed when they are larger than its memory', async () => {
    const folder = newFolder()
    const first = await openStore({ folder })
    const ids = Array.from({ length: 100 }, (_, n) => `large ${n}`)
    const parts = ids.map((id) =>
      entry({ id, text: `${id} ${randomBytes(100_000).toString('base64')}`, data: { size: 'large' } }),
    )
    for (let from = 0; from < parts.length; from += 50)
      await first.append('a', undefined, parts.slice(from, from + 50))
    await first.close()
    const store = await openStore({ folder, memoryBytes: 44 * 2 ** 20, timeLimitMs: 600_000 })
    const page = await store.search({ ...all, limit: 1000 }, never)
    assert.equal(page.partial, undefined)
    assert.deepEqual(
      page.hits.map(({ eventId }) => eventId),
      ids,
    )
    const query = { kind: 'match', field: 'data.size', value: 'large', phrase: false } as const
    const found = await store.search({ ...all, query, limit: 1000 }, never)
    assert.deepEqual(
      [found.hits.length, found.total, found.partial],
      [100, { value: 100, exact: true }, undefined],
    )
    const replayed: string[] = []
    for await (const events of store.replay(0, never)) replayed.push(...events.map(({ id }) => id))
    assert.deepEqual(replayed, ids)
    const followed: string[] = []
    const stop = new AbortController()
    for await (const { hits } of store.follow('events', 0, stop.signal)) {
      followed.push(...hits.map(({ eventId }) => eventId))
      if (followed.length >= ids.length) stop.abort()
    }
    assert.deepEqual(followed, ids)
    await store.close()
  })

  it('makes events of every size searchable that are together many times larger than its memory', async () => {
    const troubles: string[] = []
    const folder = newFolder()
    const memoryBytes = 40 * 2 ** 20
    const store = await openStore({
      folder,
      memoryBytes,
      timeLimitMs: 600_000,
      onTrouble: ({ reason }) => troubles.push(reason ?? ''),
    })
    const sizes = [...Array.from({ length: 200 }, () => 100_000), 5_000_000, 700_000, 700_000, 100_000]
    for (const [n, bytes] of sizes.entries())
      await store.append('a', undefined, [
        entry({
          id: `large ${n}`,
          text: randomBytes(bytes).toString('base64'),
          data: { size: 'large', odd: { n } },
        }),
        entry({ id: `small ${n}`, text: `small ${n}`, data: { size: 'small', odd: { n } } }),
      ])
    const found = await store.search({ ...all, order: 'newest', limit: 3 }, never)
    assert.deepEqual(
      [found.partial, found.hits.map(({ eventId }) => eventId), found.total.value],
      [undefined, ['small 203', 'large 203', 'small 202'], 408],
    )
    const aggregations = {
      sizes: { kind: 'terms', field: 'data.size', size: 5, by: { field: 'data.size', size: 5 } },
      numbers: { kind: 'cardinality', field: 'data.odd.n' },
      newest: { kind: 'topHits', size: 1, fields: ['data.odd.n'] },
    } as const
    const {
      sizes: terms,
      numbers,
      newest,
    } = await store.aggregate({ dataset: 'events', query: { kind: 'all' }, aggregations }, never)
    assert.deepEqual(terms, {
      buckets: [
        { key: 'large', count: 204, split: { large: 204 } },
        { key: 'small', count: 204, split: { small: 204 } },
      ],
      other: 0,
    })
    assert.deepEqual([numbers?.value, numbers?.partial], [204, undefined])
    assert.deepEqual(
      newest?.hits?.map(({ fields }) => fields),
      [{ 'data.odd.n': ['203'] }],
    )
    await store.close()
    const again = await openStore({ folder, memoryBytes, onDamage: ({ reason }) => troubles.push(reason) })
    assert.equal((await again.verify()).records, 408)
    assert.equal((await again.stats()).events, 408)
    assert.deepEqual(troubles, [])
    await again.close()
  })

  it('keeps a line longer than DuckDB expects', async () => {
    const store = await openStore({ folder: newFolder() })
    const text = 'é'.repeat(3_000_000)
    await store.append('a', undefined, [entry({ id: 'long', text })])
    assert.equal((await store.event('long'))?.document, entry({ id: 'long', text }).document)
    await store.close()
  })
})
