import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'

import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { AggregateRequest, Aggregation, AggregationResult, Store } from '../../src/store/store.ts'
import { parseQuery } from '../../src/store/query/parse.ts'
import { entry } from '../support/entries.ts'

const root = mkdtempSync(path.join(tmpdir(), "quaywatch 'top hits' "))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const day = 86_400_000
const t0 = 1_795_000_000_000
const stores: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['memory', async () => new MemoryStore()],
  ['disk', () => openStore({ folder: path.join(root, 'one') })],
]

/** Twelve events over three days: every fourth of level 9, one without a rule, the others of level 5. */
async function fill(store: Store): Promise<void> {
  for (let number = 1; number <= 12; number++) {
    const rule = { id: 100 + number, level: number % 4 === 1 ? 9 : 5 }
    const parts = {
      id: `e${number}`,
      atMs: t0 + Math.floor(number / 5) * day + number,
      text: `line ${number} "ÄÖ" \u001b[31m`,
      data: { verb: 'get', sourceIPs: ['10.1.2.3', `10.0.0.${number}`] },
    }
    await store.append('kube', undefined, [entry(number === 12 ? parts : { ...parts, rule })])
  }
}

type Asked = Omit<Extract<Aggregation, { kind: 'topHits' }>, 'kind'>

async function ask(
  store: Store,
  asked: Asked,
  more: Partial<AggregateRequest> & { readonly q?: string } = {},
): Promise<AggregationResult> {
  const { q = '', ...rest } = more
  const parsed = parseQuery(q)
  assert.ok('query' in parsed)
  const request = { dataset: 'events', query: parsed.query, ...rest } as const
  const { it: result } = await store.aggregate(
    { ...request, aggregations: { it: { kind: 'topHits', ...asked } } },
    new AbortController().signal,
  )
  assert.ok(result)
  return result
}

async function idsOf(result: Promise<AggregationResult>): Promise<readonly string[] | undefined> {
  return (await result).hits?.map(({ eventId }) => eventId)
}

for (const [name, open] of stores) {
  describe(`top hits of the ${name} store`, () => {
    let store: Store
    before(async () => {
      store = await open()
      assert.deepEqual(await ask(store, { size: 3 }), { buckets: [], hits: [] })
      await fill(store)
    })
    after(() => store.close())

    it('are the newest events, with the fields that were asked for', async () => {
      const fields = ['rule.level', 'data.sourceIPs', 'verb', 'full_log', 'missing']
      assert.deepEqual(await ask(store, { size: 2, fields }), {
        buckets: [],
        hits: [
          {
            position: 12,
            eventId: 'e12',
            receivedAtMs: t0 + 2 * day + 12,
            fields: {
              'rule.level': [],
              'data.sourceIPs': ['10.1.2.3', '10.0.0.12'],
              verb: ['get'],
              full_log: ['line 12 "ÄÖ" \u001b[31m'],
              missing: [],
            },
          },
          {
            position: 11,
            eventId: 'e11',
            receivedAtMs: t0 + 2 * day + 11,
            fields: {
              'rule.level': ['5'],
              'data.sourceIPs': ['10.1.2.3', '10.0.0.11'],
              verb: ['get'],
              full_log: ['line 11 "ÄÖ" \u001b[31m'],
              missing: [],
            },
          },
        ],
      })
    })

    it('are a summary when no fields are named', async () => {
      const { hits } = await ask(store, { size: 1, order: 'level' })
      const fields = hits?.[0]?.fields ?? {}
      assert.deepEqual(Object.keys(fields), [
        'timestamp',
        'rule.id',
        'rule.level',
        'rule.description',
        'agent.name',
        'location',
      ])
      assert.deepEqual(
        [fields['rule.id'], fields['rule.level'], fields['rule.description']],
        [['109'], ['9'], ['rule 109']],
      )
    })

    it('come by level, the newest of a level first, those without a rule last', async () => {
      const ten = ['e9', 'e5', 'e1', 'e11', 'e10', 'e8', 'e7', 'e6', 'e4', 'e3']
      assert.deepEqual(await idsOf(ask(store, { size: 10, order: 'level' })), ten)
      const last = { q: 'rule.id >= 111 or not rule.id: *', fromMs: t0 + 2 * day }
      assert.deepEqual(await idsOf(ask(store, { size: 10, order: 'level' }, last)), ['e11', 'e12'])
    })

    it('obey the question, the time range and the dataset', async () => {
      const early = { q: 'rule.level >= 9', fromMs: t0, toMs: t0 + day }
      assert.deepEqual(await idsOf(ask(store, { size: 5 }, early)), ['e1'])
      assert.deepEqual(await idsOf(ask(store, { size: 5, order: 'level' }, early)), ['e1'])
      assert.deepEqual(await idsOf(ask(store, { size: 2 }, { dataset: 'alerts' })), ['e11', 'e10'])
      assert.deepEqual(await ask(store, { size: 5 }, { fromMs: t0 + 9 * day }), { buckets: [], hits: [] })
    })

    it('are ten at most', async () => {
      for (const order of ['newest', 'level'] as const)
        assert.equal((await ask(store, { size: 50, order })).hits?.length, 10)
    })
  })
}
