// A segment is written anew in steps; a process that is killed between them leaves the old one or the new one, whole.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'

const child = path.join(import.meta.dirname, 'rewrite-child.js')
const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-rewrite-'))
after(() => rmSync(root, { recursive: true, force: true }))

const startMs = 1_795_000_000_000
/** Four steps and a bit. */
const count = 34_000
/** Looks at the copy before the process dies: at once, between steps, or never. */
const looks = [0, 2, 10, 40, 1e9]

/** A day of events, every second of which is an alert, and one event five days later. */
async function filled(folder: string): Promise<void> {
  const store = await openStore({ folder, wordsShare: 0 })
  for (let from = 0; from < count; from += 1000) {
    const entries = Array.from({ length: 1000 }, (_, index) => {
      const n = from + index
      return entry({ id: `event ${n}`, atMs: startMs + n, rule: { id: 1, level: n % 2 === 0 ? 7 : 0 } })
    })
    await store.append('one', String(from), entries)
  }
  await store.stats()
  await store.append('one', 'end', [entry({ id: 'last', atMs: startMs + 5 * 86_400_000 })])
  await store.close()
}

/** What the store holds, after comparing every event that is there with what was stored. */
async function found(folder: string): Promise<{ events: number; alerts: number }> {
  const damages: string[] = []
  const store = await openStore({ folder, wordsShare: 0, onDamage: ({ reason }) => damages.push(reason) })
  const ids: string[] = []
  for await (const page of store.replay(0, new AbortController().signal))
    ids.push(...page.map(({ id }) => id))
  const { events, alerts } = await store.stats()
  assert.deepEqual([damages, (await store.verify()).damages], [[], []])
  assert.equal(ids.length, events)
  assert.equal(new Set(ids).size, events, 'nothing is there twice')
  assert.equal(ids.at(-1), 'last')
  const numbers = ids.slice(0, -1).map((id) => Number(id.slice(6)))
  assert.ok(numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? 0)))
  if (events === alerts + 1) assert.ok(numbers.every((n) => n % 2 === 0))
  await store.close()
  assert.deepEqual(
    readdirSync(path.join(folder, 'segments')).filter((name) => /\.new/.test(name)),
    [],
    'nothing is left of what was not finished',
  )
  return { events, alerts }
}

describe('a segment that is written anew', () => {
  for (const how of ['compact', 'expire'] as const)
    it(`is there whole, whenever the process is killed: ${how}`, async (t) => {
      const folder = path.join(root, how)
      await filled(folder)
      let interrupted = 0
      for (const some of looks) {
        const { signal, status } = spawnSync(process.execPath, [child, folder, how, String(some)], {
          stdio: ['ignore', 'inherit', 'inherit'],
        })
        assert.ok(signal === 'SIGKILL' || status === 0)
        const left = readdirSync(path.join(folder, 'segments')).filter((name) => name.endsWith('.new'))
        if (signal === 'SIGKILL' && left.length > 0) interrupted += 1
        const { events, alerts } = await found(folder)
        assert.equal(alerts, count / 2)
        if (how === 'compact' || left.length > 0) assert.equal(events, count + 1)
        if (how === 'expire' && status === 0) assert.equal(events, count / 2 + 1)
      }
      t.diagnostic(`interrupted ${interrupted} times`)
      assert.ok(interrupted >= 2)
    })
})
