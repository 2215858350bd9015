// Every kind of file of the store is damaged, while nobody has it open and while it is open: service goes on and says what was lost.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import type { Damage } from '../../src/store/disk/damage.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-damage-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
let count = 0
const newFolder = () => path.join(root, String(++count))
const never = new AbortController().signal
const firstDay = Date.UTC(2026, 10, 18)
const dayMs = 86_400_000

async function idsOf(store: Store): Promise<string> {
  const { hits, partial } = await store.search(
    { dataset: 'events', query: { kind: 'all' }, limit: 1000, order: 'oldest' },
    never,
  )
  return [...hits.map(({ eventId }) => eventId), ...(partial === undefined ? [] : [partial])].join(' ')
}

function append(store: Store, ids: string, day: number): Promise<number> {
  const atMs = firstDay + day * dayMs
  // Text that is not made smaller, so that there is something to damage.
  const entries = ids
    .split(' ')
    .map((id) => entry({ id, atMs, text: randomBytes(40_000).toString('base64') }))
  return store.append('one', ids, entries)
}

interface Opened {
  readonly folder: string
  readonly store: Store
  readonly damages: Damage[]
}

async function opened(folder: string): Promise<Opened> {
  const damages: Damage[] = []
  const store = await openStore({ folder, onDamage: (damage) => damages.push(damage) })
  return { folder, store, damages }
}

/** Three days in three segments. */
async function filled(): Promise<Opened> {
  const found = await opened(newFolder())
  for (const [day, ids] of ['a b', 'c d e', 'f g'].entries()) {
    await append(found.store, ids, day)
    await idsOf(found.store)
  }
  return found
}

/** What a killed process leaves: three commits of one log file, in no segment. */
async function killed(): Promise<string> {
  const { store, folder } = await opened(newFolder())
  for (const ids of ['a', 'b c', 'd']) await append(store, ids, 0)
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  await store.close()
  return copy
}

const segmentOf = (folder: string, index: number) => {
  const names = readdirSync(path.join(folder, 'segments')).filter((name) => name.endsWith('.duckdb'))
  return path.join(folder, 'segments', names.sort().at(index) ?? '')
}

/** Rubbish over the whole file but its first blocks. */
function scribble(file: string, from = 20_000): void {
  const handle = openSync(file, 'r+')
  for (let at = from; at < statSync(file).size; at += 4000) writeSync(handle, 'rubbish', at)
  closeSync(handle)
}

interface Case {
  readonly what: string
  readonly damage: (folder: string) => void
  readonly left: string
  readonly lost: string
}

const closedCases: readonly Case[] = [
  {
    what: 'a segment full of rubbish',
    damage: (folder) => scribble(segmentOf(folder, 1)),
    left: 'a b f g',
    lost: 'up to 3 events',
  },
  {
    what: 'a segment that is no database',
    damage: (folder) => writeFileSync(segmentOf(folder, 0), 'no database'),
    left: 'c d e f g',
    lost: 'up to 2 events',
  },
  {
    what: 'a segment that was cut off',
    damage: (folder) => truncateSync(segmentOf(folder, 2), 12_288),
    left: 'a b c d e',
    lost: 'up to 2 events',
  },
  {
    what: 'an empty segment',
    damage: (folder) => truncateSync(segmentOf(folder, 1), 0),
    left: 'a b f g',
    lost: 'up to 3 events',
  },
  {
    what: 'the file that is locked',
    damage: (folder) => writeFileSync(path.join(folder, 'lock.duckdb'), 'rubbish'.repeat(999)),
    left: 'a b c d e f g',
    lost: 'nothing',
  },
  {
    what: 'the key of the ids',
    damage: (folder) => writeFileSync(path.join(folder, 'id.key'), 'x'),
    left: 'a b c d e f g',
    lost: 'no event; those that are sent again will be stored again',
  },
]

describe('a store whose files were damaged while it was closed', () => {
  for (const { what, damage, left, lost } of closedCases) {
    it(`opens, goes on, and says once what was lost: ${what}`, async () => {
      const { folder, store } = await filled()
      await store.close()
      damage(folder)
      const again = await opened(folder)
      assert.deepEqual(
        again.damages.map((found) => found.lost),
        [lost],
      )
      assert.ok(existsSync(again.damages[0]?.movedTo ?? ''))
      assert.equal(await idsOf(again.store), left)
      await append(again.store, 'new', 4)
      assert.equal(await idsOf(again.store), `${left} new`)
      await again.store.close()
      const third = await opened(folder)
      assert.deepEqual(third.damages, [])
      assert.equal(await idsOf(third.store), `${left} new`)
      await third.store.close()
    })
  }
})

function logOf(folder: string): string {
  const [name = ''] = readdirSync(path.join(folder, 'log')).sort()
  return path.join(folder, 'log', name)
}

/** Where the bytes of a record are: its id is the fourth part of its line. */
function inside(file: string, id: string): number {
  return readFileSync(file, 'latin1').indexOf(`\u001f${id}\u001ftest\u001f`) + 200
}

function overwrite(file: string, at: number, text: string): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, text, at)
  closeSync(handle)
}

const logCases: readonly Case[] = [
  {
    what: 'a byte of the first record',
    damage: (folder) => overwrite(logOf(folder), inside(logOf(folder), 'a'), '!'),
    left: 'b c d',
    lost: '1 events',
  },
  {
    what: 'line breaks in a record in the middle',
    damage: (folder) => overwrite(logOf(folder), inside(logOf(folder), 'b'), '\n\n\n'),
    left: 'a d',
    lost: '2 events',
  },
  {
    what: 'the marks of a commit in the middle',
    damage: (folder) => overwrite(logOf(folder), inside(logOf(folder), 'c'), '\n\u001e00000000 {}\n'),
    left: 'a d',
    lost: '2 events',
  },
  {
    what: 'zeros over the first commit and the cursors before it',
    damage: (folder) => overwrite(logOf(folder), 0, '\0'.repeat(20_000)),
    left: 'b c d',
    lost: 'what was in its damaged part',
  },
]

describe('a commit log that was damaged while the store was closed', () => {
  for (const { what, damage, left, lost } of logCases) {
    it(`gives its whole commits: ${what}`, async () => {
      const folder = await killed()
      damage(folder)
      const again = await opened(folder)
      assert.deepEqual(
        again.damages.map((found) => found.lost),
        [lost],
      )
      assert.equal(await idsOf(again.store), left)
      assert.equal(await again.store.cursor('one'), 'd')
      assert.equal(again.store.head(), 4)
      await again.store.close()
    })
  }

  it('is cut where the last commit was interrupted, which is no damage', async () => {
    const folder = await killed()
    truncateSync(logOf(folder), statSync(logOf(folder)).size - 10)
    const { store, damages } = await opened(folder)
    assert.deepEqual(damages, [])
    assert.equal(await idsOf(store), 'a b c')
    assert.equal(await store.cursor('one'), 'b c')
    await store.close()
  })
})

describe('a store whose files are damaged while it is open', () => {
  it('writes a segment anew that was deleted', async () => {
    const { folder, store, damages } = await filled()
    rmSync(segmentOf(folder, 2))
    await append(store, 'h', 2)
    assert.equal(await idsOf(store), 'a b c d e f g h')
    assert.deepEqual(
      damages.map(({ lost }) => lost),
      ['nothing'],
    )
    await store.close()
    const again = await opened(folder)
    assert.equal(await idsOf(again.store), 'a b c d e f g h')
    await again.store.close()
  })

  it('says what was in a log file that was deleted', async () => {
    const { folder, store, damages } = await filled()
    await append(store, 'h i', 2)
    rmSync(logOf(folder))
    assert.equal(await idsOf(store), 'a b c d e f g')
    assert.deepEqual(
      damages.map(({ lost, reason }) => [lost, reason]),
      [['2 events', 'it was deleted']],
    )
    await append(store, 'j', 2)
    assert.equal(await idsOf(store), 'a b c d e f g j')
    await store.close()
  })

  it('takes the whole commits of a log file that was damaged', async () => {
    const { folder, store, damages } = await filled()
    await append(store, 'h', 2)
    await append(store, 'i j', 2)
    await append(store, 'k', 2)
    overwrite(logOf(folder), inside(logOf(folder), 'i'), '\n\n')
    assert.equal(await idsOf(store), 'a b c d e f g h k')
    assert.deepEqual(
      damages.map(({ lost }) => lost),
      ['2 events'],
    )
    await store.close()
  })

  it('sets a segment aside when reading it fails, and answers from the others', async () => {
    const folder = newFolder()
    const before = await opened(folder)
    for (const day of [0, 1]) {
      // More than what is looked at when it is opened.
      const entries = Array.from({ length: 11_000 }, (_, n) => {
        // Random text must not happen to begin with what is asked for.
        const text = n % 20 === 0 ? `x${randomBytes(4000).toString('base64')}` : 'short'
        return entry({ id: `${day}.${n}`, atMs: firstDay + day * dayMs, text })
      })
      for (let from = 0; from < entries.length; from += 1000)
        await before.store.append('one', undefined, entries.slice(from, from + 1000))
      await before.store.stats()
    }
    await before.store.close()
    const { store, damages } = await opened(folder)
    scribble(segmentOf(folder, 0), 300_000)
    const inText = {
      dataset: 'events',
      query: { kind: 'match', field: 'full_log', value: 's*', phrase: false },
    } as const
    const ask = () => store.search({ ...inText, limit: 1, order: 'oldest' }, never)
    const { hits, total } = await ask()
    assert.equal(hits[0]?.eventId, '1.1')
    assert.ok(total.value >= 10_000)
    assert.deepEqual(
      damages.map(({ lost }) => lost),
      ['11000 events of 2026-11-18'],
    )
    await append(store, 'new', 2)
    assert.equal((await store.stats()).events, 11_001)
    await store.close()
  })
})
