// What is written down about words beside the segments makes searches fast and never wrong, whatever happens to it.
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import type { KeptStore } from '../../src/store/kept-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'
import { idsOf, never, queryOf, search, t0 } from './store-records.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-words-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
const dayMs = 86_400_000
const perDay = 2500

const animals = ['aardvark', 'wolverine', 'platypus'] as const

/** Three days, in each of which one event speaks of another animal. */
function records(day: number) {
  return Array.from({ length: perDay }, (_, index) =>
    entry({
      id: `${day}/${index}`,
      atMs: t0 + day * dayMs + index,
      rule: { id: 1, level: index % 5 },
      data: { zoo: index === 2100 ? { guest: animals[day] } : { keeper: `10.${day}.0.${index % 200}` } },
    }),
  )
}

async function filled(name: string, limits?: Parameters<typeof openStore>[0]['limits']) {
  const folder = path.join(root, name)
  const options = { folder, wordsShare: 0, now: () => t0 + 2 * dayMs + perDay, ...(limits ? { limits } : {}) }
  const store = await openStore(options)
  for (const day of animals.keys()) {
    await store.append('zoo', String(day), records(day))
    await store.stats()
  }
  await store.compact()
  return { folder, options, store }
}

const wordFiles = (folder: string) =>
  readdirSync(path.join(folder, 'segments'))
    .filter((name) => name.endsWith('.words'))
    .map((name) => path.join(folder, 'segments', name))
    .sort()

async function findsAnimals(store: KeptStore): Promise<void> {
  for (const [day, animal] of animals.entries()) {
    assert.deepEqual(await idsOf(search(store, animal)), [`${day}/2100`])
    assert.deepEqual(await idsOf(search(store, `zoo.guest: ${animal}`)), [`${day}/2100`])
  }
  assert.deepEqual(await idsOf(search(store, 'zoo.guest: *', { order: 'newest' })), [
    '2/2100',
    '1/2100',
    '0/2100',
  ])
  assert.deepEqual(await idsOf(search(store, 'quagga or zoo.keeper: 10.2.0.199', { limit: 2 })), [
    '2/199',
    '2/399',
  ])
  assert.equal((await search(store, 'zoo.keeper: 10.1.0.7')).total.value, 13)
  const { guests } = await store.aggregate(
    {
      dataset: 'events',
      query: queryOf('not quagga'),
      aggregations: { guests: { kind: 'terms', field: 'zoo.guest', size: 5 } },
    },
    never,
  )
  assert.deepEqual(
    guests?.buckets.map(({ key }) => key),
    [...animals].sort(),
  )
}

describe('words beside segments', () => {
  it('are there for every segment after compacting, and searches find what there is with them', async () => {
    const { folder, store } = await filled('plain')
    assert.equal(wordFiles(folder).length, 3)
    assert.equal((await store.stats()).recordsWithoutWords, 0)
    await findsAnimals(store)
    assert.deepEqual(await search(store, 'quagga'), { hits: [], total: { value: 0, exact: true } })
    await store.close()
  })

  it('that are damaged, torn, deleted, or about other records are not believed', async () => {
    const { folder, options, store } = await filled('damaged')
    await store.close()
    const [first = '', second = '', third = ''] = wordFiles(folder)
    const bytes = readFileSync(first)
    writeFileSync(first, Buffer.concat([bytes.subarray(0, 64), Buffer.alloc(bytes.length - 64)]))
    copyFileSync(second, third)
    writeFileSync(second, readFileSync(second).subarray(0, -100))
    const again = await openStore(options)
    await findsAnimals(again)
    // Of the second day the 905 that were written down first are whole.
    assert.equal((await again.stats()).recordsWithoutWords, 3 * perDay - 905)
    rmSync(second)
    await findsAnimals(again)
    await again.close()
  })

  it('of records that came later do not exist yet, which hides nothing', async () => {
    const { store } = await filled('later')
    await store.append('zoo', 'more', [
      entry({ id: 'late', atMs: t0 + 2 * dayMs + perDay, data: { zoo: { guest: 'quokka' } } }),
    ])
    assert.equal((await store.stats()).recordsWithoutWords, 1)
    assert.deepEqual(await idsOf(search(store, 'quokka')), ['late'])
    assert.deepEqual(await idsOf(search(store, 'zoo.guest: quokka')), ['late'])
    await store.close()
  })

  it('go with their segment, and are made again for the alerts that are left of one', async () => {
    const { folder, options, store } = await filled('retention')
    await store.close()
    const limits = { alertsMs: dayMs + perDay, eventsMs: perDay, maxSizeBytes: 2 ** 40 }
    const again = await openStore({ ...options, limits })
    await again.compact()
    const left = readdirSync(path.join(folder, 'segments')).filter((name) => name.endsWith('.duckdb'))
    assert.equal(left.length, 2)
    assert.deepEqual(
      wordFiles(folder).map((file) => existsSync(file.slice(0, -'.words'.length))),
      [true, true],
    )
    assert.deepEqual(await idsOf(search(again, 'aardvark')), [])
    // Event 2100 of each day has level 0 and no alert.
    assert.deepEqual(await idsOf(search(again, 'wolverine')), [])
    assert.equal((await search(again, 'zoo.keeper: 10.1.0.3')).total.value, 13)
    assert.deepEqual(await idsOf(search(again, 'platypus')), ['2/2100'])
    await again.close()
  })
})
