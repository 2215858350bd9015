import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { openStore, StoreBusy } from '../../src/store/open-store.ts'
import type { Hit, Store } from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'
import { copyOldStore, oldAgents, oldIds } from '../support/old-store.ts'

const child = path.join(import.meta.dirname, 'store-child.js')
const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-crash-'))
const never = new AbortController().signal
after(() => rmSync(root, { recursive: true, force: true }))

/** Time-boxed for every day; `QUAYWATCH_CRASH_ROUNDS=300` for long. */
const rounds = Number(process.env['QUAYWATCH_CRASH_ROUNDS'] ?? 6)
const limitMs = process.env['QUAYWATCH_CRASH_ROUNDS'] === undefined ? 25_000 : Infinity

/** Numbers of the batches that were acknowledged before the process was killed, by source. */
async function appendUntilKilled(
  folder: string,
  { first, aliveMs, mode = '' }: { first: number; aliveMs: number; mode?: string },
): Promise<Map<string, number[]>> {
  const running = spawn(process.execPath, [child, folder, String(first), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  running.stdout.setEncoding('utf8')
  const killLater = () => setTimeout(() => running.kill('SIGKILL'), aliveMs)
  // What an older version left is taken over before anything is appended.
  if (mode === 'compact') killLater()
  await new Promise<void>((resolve) => {
    running.stdout.on('data', (chunk: string) => {
      if (output === '' && mode !== 'compact') killLater()
      output += chunk
    })
    running.once('close', () => resolve())
  })
  const acknowledged = new Map<string, number[]>()
  for (const line of output.split('\n').slice(0, -1)) {
    const [source = '', from] = line.split(' ')
    acknowledged.set(source, [...(acknowledged.get(source) ?? []), Number(from)])
  }
  return acknowledged
}

async function everything(store: Store, dataset: 'alerts' | 'events'): Promise<Hit[]> {
  const hits: Hit[] = []
  for (let after = 0; ;) {
    const page = await store.search(
      { dataset, query: { kind: 'all' }, limit: 10_000, order: 'oldest', after },
      never,
    )
    hits.push(...page.hits)
    const last = page.hits.at(-1)
    if (!last || page.hits.length < 10_000) return hits
    after = last.position
  }
}

describe('the store after kill -9', () => {
  it('has every acknowledged event exactly once, with its cursor', async (t) => {
    const folder = path.join(root, 'killed')
    const began = performance.now()
    let first = 0
    let acknowledgedCount = 0
    let done = 0
    const acknowledged = new Set<string>()
    for (let round = 0; round < rounds && performance.now() - began < limitMs; round++) {
      const batches = await appendUntilKilled(folder, { first, aliveMs: Math.random() * 400 })
      const store = await openStore({ folder })
      for (const [source, numbers] of batches) {
        for (const from of numbers) for (let n = from; n < from + 20; n++) acknowledged.add(`event ${n}`)
        // The last commit may have become durable without its acknowledgement being seen.
        assert.ok(Number(await store.cursor(source)) >= (numbers.at(-1) ?? 0))
      }
      const found = await everything(store, 'events')
      const ids = new Set(found.map(({ eventId }) => eventId))
      assert.equal(ids.size, found.length, 'nothing is there twice')
      for (const id of acknowledged)
        assert.ok(ids.has(id), `${id} was acknowledged in round ${round} and is gone`)
      for (let index = 1; index < found.length; index++)
        assert.ok((found[index]?.position ?? 0) > (found[index - 1]?.position ?? 0))
      const alerts = new Set((await everything(store, 'alerts')).map(({ eventId }) => eventId))
      for (const { eventId, document } of found)
        assert.equal(alerts.has(eventId), JSON.parse(document).rule?.level >= 3, `alert of ${eventId}`)
      // Whole batches or nothing.
      assert.equal(found.length % 20, 0)
      assert.equal(store.head(), (await store.stats()).events)
      await store.close()
      first = Math.max(first, ...found.map(({ eventId }) => Number(eventId.slice(6)) + 1))
      acknowledgedCount = acknowledged.size
      done += 1
    }
    t.diagnostic(`${done} rounds, ${acknowledgedCount} acknowledged events`)
    assert.ok(acknowledgedCount > 0)
  })

  it('has every alert once, and every event that is not too old, while days are dropped and segments written anew', async (t) => {
    const folder = path.join(root, 'tidied')
    const began = performance.now()
    let first = 0
    let done = 0
    const acknowledged = new Set<number>()
    for (; done < rounds && performance.now() - began < limitMs; done++) {
      const batches = await appendUntilKilled(folder, { first, aliveMs: Math.random() * 900, mode: 'tidy' })
      for (const numbers of batches.values())
        for (const from of numbers) for (let n = from; n < from + 20; n++) acknowledged.add(n)
      const damages: string[] = []
      const store = await openStore({ folder, onDamage: ({ reason }) => damages.push(reason) })
      assert.deepEqual(damages, [], 'a killed process damages nothing')
      const events = (await everything(store, 'events')).map(({ eventId }) => Number(eventId.slice(6)))
      const alerts = (await everything(store, 'alerts')).map(({ eventId }) => Number(eventId.slice(6)))
      const found = new Set(events)
      assert.equal(found.size, events.length, 'nothing is there twice')
      assert.equal(new Set(alerts).size, alerts.length)
      first = Math.max(first, ...events.map((number) => number + 1))
      // Level 3 and 4 of five; a day is 400 events, and the newest segment stays.
      const isKept = (n: number) => n % 5 >= 3 || n >= first - 400
      assert.deepEqual(
        [...acknowledged].filter((n) => isKept(n) && !found.has(n)),
        [],
        `lost in round ${done}`,
      )
      assert.deepEqual(
        [...acknowledged].filter((n) => n % 5 >= 3).length,
        alerts.filter((n) => acknowledged.has(n)).length,
      )
      await store.close()
    }
    t.diagnostic(`${done} rounds, ${acknowledged.size} acknowledged events`)
    assert.ok(acknowledged.size > 0)
  })

  it('has everything of a store of format 1 once, while it is taken over and its segments are written anew', async (t) => {
    const began = performance.now()
    let done = 0
    for (; done < rounds && performance.now() - began < limitMs; done++) {
      const folder = path.join(root, `older ${done}`)
      copyOldStore(folder)
      const aliveMs = Math.random() * 1500
      const batches = await appendUntilKilled(folder, { first: 0, aliveMs, mode: 'compact' })
      const damages: string[] = []
      const store = await openStore({ folder, onDamage: ({ reason }) => damages.push(reason) })
      assert.deepEqual(damages, [])
      const found = (await everything(store, 'events')).map(({ eventId }) => eventId)
      assert.deepEqual(found.slice(0, oldIds.length), oldIds)
      assert.equal(new Set(found).size, found.length, 'nothing is there twice')
      for (const numbers of batches.values())
        for (const from of numbers) assert.ok(found.includes(`event ${from + 19}`), `${from} is gone`)
      const aggregations = { agents: { kind: 'terms', field: 'userAgent', size: 5 } } as const
      const asked = { dataset: 'events', query: { kind: 'all' }, aggregations } as const
      const { agents } = await store.aggregate(asked, never)
      assert.deepEqual(
        agents?.buckets.map(({ key, count }) => [key, count]),
        oldAgents,
      )
      await store.close()
    }
    t.diagnostic(`${done} rounds`)
    assert.ok(done > 0)
  })

  it('is refused to a second process, which is told who has it', async () => {
    const folder = path.join(root, 'second')
    const running = spawn(process.execPath, [child, folder, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => running.stdout.once('data', resolve))
    await assert.rejects(openStore({ folder }), (error) => {
      assert.ok(error instanceof StoreBusy)
      assert.match(error.message, new RegExp(`^the store is in use by .*PID ${running.pid}`))
      return true
    })
    running.kill('SIGKILL')
    await new Promise((resolve) => running.once('close', resolve))
    const store = await openStore({ folder })
    await store.close()
  })
})

describe('the store on a full disk', () => {
  const folder = path.join(root, 'small')
  mkdirSync(folder)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status === 0
  after(() => {
    if (mounted) spawnSync('umount', ['-l', folder])
  })
  const skip = mounted ? false : 'SKIPPED: a small file system can be mounted by root only'

  it('rejects, keeps what it acknowledged, and goes on when there is room again', { skip }, async () => {
    const store = await openStore({ folder })
    const acknowledged: string[] = []
    let failed: unknown
    for (let n = 0; n < 200 && failed === undefined; n++) {
      // Random text, which does not become smaller in a segment.
      const text = Array.from({ length: 20_000 }, () => Math.random().toString(36)).join('')
      try {
        await store.append('one', String(n), [entry({ id: `${n}`, text })])
        acknowledged.push(`${n}`)
      } catch (error) {
        failed = error
      }
    }
    assert.match(String(failed), /ENOSPC|no space/i)
    assert.equal(await store.cursor('one'), acknowledged.at(-1))
    assert.equal(store.head(), acknowledged.length)
    spawnSync('mount', ['-o', 'remount,size=200m', folder])
    await store.append('one', 'after', [entry({ id: 'after' })])
    assert.deepEqual(
      (await everything(store, 'events')).map(({ eventId }) => eventId),
      [...acknowledged, 'after'],
    )
    await store.close()
    const again = await openStore({ folder })
    assert.deepEqual(
      (await everything(again, 'events')).map(({ eventId }) => eventId),
      [...acknowledged, 'after'],
    )
    assert.equal(await again.cursor('one'), 'after')
    await again.close()
  })
})

describe('the store on a file system that becomes read-only', () => {
  const folder = path.join(root, 'read-only')
  mkdirSync(folder)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', folder]).status === 0
  const remount = (how: string) => spawnSync('mount', ['-o', `remount,${how}`, folder]).status === 0
  after(() => {
    if (mounted) spawnSync('umount', ['-l', folder])
  })
  const skip = mounted ? false : 'SKIPPED: file systems can be mounted by root only'

  it('is not opened, says why, and has everything when it is writable again', { skip }, async () => {
    const store = await openStore({ folder })
    await store.append('one', 'a', [entry({ id: 'a' })])
    await store.close()
    assert.ok(remount('ro'))
    await assert.rejects(openStore({ folder }), /read-only|EROFS|Cannot open file/i)
    assert.ok(remount('rw'))
    const again = await openStore({ folder })
    await again.append('one', 'b', [entry({ id: 'a' }), entry({ id: 'b' })])
    assert.deepEqual(
      (await everything(again, 'events')).map(({ eventId }) => eventId),
      ['a', 'b'],
    )
    assert.equal(await again.cursor('one'), 'b')
    await again.close()
  })
})

describe('the store when the clock jumps', () => {
  it('keeps every event once and in the order of arrival', async () => {
    const folder = path.join(root, 'clock')
    const day = 86_400_000
    const noon = Date.UTC(2026, 10, 22, 12)
    const jumps = [0, 1, -400, 30, 0, -1].map((days, index) => ({ id: `${index}`, atMs: noon + days * day }))
    for (const { id, atMs } of jumps) {
      const store = await openStore({ folder, now: () => atMs })
      await store.append('one', id, [entry({ id, atMs }), entry({ id, atMs })])
      await store.close()
    }
    const store = await openStore({ folder, now: () => noon })
    assert.deepEqual([...(await store.unseen(jumps.map(({ id }) => id)))], [])
    assert.deepEqual(
      (await everything(store, 'events')).map(({ eventId, receivedAtMs }) => ({
        id: eventId,
        atMs: receivedAtMs,
      })),
      jumps,
    )
    const today = { dataset: 'events', query: { kind: 'all' }, limit: 9, order: 'oldest' } as const
    const { hits } = await store.search({ ...today, fromMs: noon - 1, toMs: noon + 1 }, never)
    assert.deepEqual(
      hits.map(({ eventId }) => eventId),
      ['0', '4'],
    )
    await store.close()
  })
})
