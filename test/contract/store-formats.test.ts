// Stores written by earlier versions are read as they are, and what is written anew gets the columns of today.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'

import { DuckDBInstance } from '@duckdb/node-api'

import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'
import { copyOldStore, oldAgents, oldIds } from '../support/old-store.ts'
import { aggregate, idsOf, search } from './store-records.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-formats-'))
let count = 0
const newFolder = () => path.join(root, String(++count))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const segmentsIn = (folder: string) =>
  readdirSync(path.join(folder, 'segments')).filter((name) => name.endsWith('.duckdb'))

async function counted(store: Store, field: string): Promise<(readonly [string | number, number])[]> {
  const { buckets } = await aggregate(store, { kind: 'terms', field, size: 10 })
  return buckets.map(({ key, count: howMany }) => [key, howMany])
}

/** What is asked about the old events and a new one. */
async function answers(store: Store) {
  return {
    agents: await counted(store, 'userAgent'),
    tactics: await counted(store, 'rule.mitre.tactic'),
    techniques: await counted(store, 'rule.mitre.technique'),
    byTactic: await aggregate(store, {
      kind: 'terms',
      field: 'userAgent',
      size: 1,
      by: { field: 'rule.mitre.tactic', size: 5 },
    }),
    kubectl: await idsOf(search(store, 'userAgent: kubectl*')),
    odd: await idsOf(search(store, 'userAgent: "odd \u0001 \u001f agent"')),
    without: await idsOf(search(store, 'not userAgent: *')),
    execution: await idsOf(search(store, 'rule.mitre.tactic: Execution', { dataset: 'alerts' })),
    accounts: await idsOf(search(store, 'rule.mitre.technique: "Valid Accounts"')),
  }
}

const expected = {
  agents: [['kubectl/v1.32.0', 3], ...oldAgents.slice(1)],
  tactics: [
    ['Execution', 3],
    ['Persistence', 2],
    ['Credential Access', 1],
  ],
  techniques: [
    ['Container Administration Command', 2],
    ['Valid Accounts', 2],
    ['Container API', 1],
    ['Deploy Container', 1],
  ],
  byTactic: {
    buckets: [
      {
        key: 'kubectl/v1.32.0',
        count: 3,
        maxLevel: 12,
        split: { Execution: 2, Persistence: 1, 'Credential Access': 1 },
      },
    ],
    other: 3,
  },
  kubectl: ['segment 1', 'segment 2', 'new'],
  odd: ['segment 3', 'log 2'],
  without: ['segment 4'],
  execution: ['segment 2', 'log 1', 'new'],
  accounts: ['segment 2', 'log 1'],
}

const added = entry({
  id: 'new',
  atMs: 1_795_000_010_000,
  rule: {
    id: 401130,
    level: 7,
    mitreIds: ['T1610'],
    mitreTactics: ['Execution'],
    mitreTechniques: ['Deploy Container'],
  },
  data: { userAgent: 'kubectl/v1.32.0' },
})

describe('a store of format 1', () => {
  it('is answered with what is added to it, before and after its segments are written anew', async () => {
    const folder = newFolder()
    copyOldStore(folder)
    const damages: string[] = []
    const open = () => openStore({ folder, wordsShare: 0, onDamage: ({ reason }) => damages.push(reason) })
    const store = await open()
    assert.equal(await store.cursor('kube'), 'cursor 2')
    assert.deepEqual([...(await store.unseen([...oldIds, 'new']))], ['new'])
    assert.equal(await store.append('kube', 'cursor 3', [added]), 7)
    assert.deepEqual(await answers(store), expected)
    assert.deepEqual(segmentsIn(folder), [
      'segment-000001-2026-11-18.duckdb',
      'segment-000002-2026-11-18.duckdb',
    ])
    await store.close()
    const again = await open()
    assert.deepEqual(await answers(again), expected)
    await again.compact()
    assert.deepEqual(await answers(again), expected)
    await again.close()
    const compacted = await open()
    assert.deepEqual(await answers(compacted), expected)
    assert.deepEqual((await compacted.verify()).damages, [])
    await compacted.close()
    assert.deepEqual(damages, [])
  })

  it('has its columns in what is written anew', async () => {
    const folder = newFolder()
    copyOldStore(folder)
    const store = await openStore({ folder, wordsShare: 0 })
    await store.compact()
    await store.close()
    const [first = '', second = ''] = segmentsIn(folder)
    for (const [name, rows] of [
      [first, [['kubectl/v1.32.0'], ['kubectl/v1.32.0'], ['odd \ufdd1 \ufdef agent'], [null]]],
      [second, [['curl/8'], ['odd \ufdd1 \ufdef agent']]],
    ] as const) {
      const instance = await DuckDBInstance.create(path.join(folder, 'segments', name))
      const connection = await instance.connect()
      const read = await connection.runAndReadAll('SELECT user_agent FROM records ORDER BY position')
      assert.deepEqual(read.getRows(), rows)
      connection.closeSync()
      instance.closeSync()
    }
  })
})

describe('a store of a later version', () => {
  const later = /written by a newer version of this program \(format 3\)/

  async function written(): Promise<string> {
    const folder = newFolder()
    const store = await openStore({ folder })
    await store.append('a', 'cursor', [entry({ id: 'a' })])
    await store.stats()
    await store.close()
    return folder
  }

  /** Everything but the lock, which is made anew. */
  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('lock'))
      .sort()

  it('is refused and stays as it is: a segment', async () => {
    const folder = await written()
    const [name = ''] = segmentsIn(folder)
    const instance = await DuckDBInstance.create(path.join(folder, 'segments', name))
    const connection = await instance.connect()
    await connection.run('UPDATE info SET format = 3')
    connection.closeSync()
    instance.closeSync()
    const before = filesIn(folder)
    await assert.rejects(openStore({ folder }), later)
    assert.deepEqual(filesIn(folder), before)
  })

  it('is refused and stays as it is: a commit log', async () => {
    const folder = await written()
    const [name = ''] = readdirSync(path.join(folder, 'log'))
    const file = path.join(folder, 'log', name)
    const [, body = ''] = /^\x1e[0-9a-f]{8} (.*)\n$/.exec(readFileSync(file, 'utf8')) ?? []
    const changed = body.replace('"format":2', '"format":3')
    assert.notEqual(changed, body)
    writeFileSync(file, `\x1e${crc32(changed).toString(16).padStart(8, '0')} ${changed}\n`)
    const before = filesIn(folder)
    await assert.rejects(openStore({ folder }), later)
    assert.deepEqual(filesIn(folder), before)
    assert.match(readFileSync(file, 'utf8'), /"format":3/)
  })
})
