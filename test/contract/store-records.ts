import assert from 'node:assert/strict'
import { after } from 'node:test'

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

// A few records, and how contracts ask for them.
export const never = new AbortController().signal
export const t0 = 1_795_000_000_000

export function queryOf(text: string) {
  const parsed = parseQuery(text)
  assert.ok('query' in parsed, text)
  return parsed.query
}

export function search(store: Store, text: string, more: Partial<SearchRequest> = {}): Promise<Page> {
  return store.search(
    { dataset: 'events', query: queryOf(text), limit: 100, order: 'oldest', ...more },
    never,
  )
}

export async function idsOf(page: Promise<Page>): Promise<string[]> {
  return (await page).hits.map(({ eventId }) => eventId)
}

export async function aggregate(
  store: Store,
  aggregation: Aggregation,
  dataset: Dataset = 'events',
): Promise<AggregationResult> {
  const request = { dataset, query: queryOf(''), aggregations: { it: aggregation } }
  const { it: result } = await store.aggregate(request, never)
  assert.ok(result)
  return result
}

export const start = {
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
export const secret = {
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
export const odd = {
  id: 'odd \u0001"\n\u001f id',
  atMs: t0 + 61_000,
  text: 'Ünïcode \u{1F600} with \u0000 nul, \u001b[31m escape, "quotes", back\\slash\nand a line break \ufdd5\u0001\ufdd0',
  data: { odd: { '': 'empty name', näme: 'ÄÖ%_' }, list: [1, 'two'] },
} as const
export const quiet = {
  id: 'quiet',
  atMs: t0 + 120_000,
  rule: { id: 5, level: 1 },
  data: { verb: 'list', zero: '' },
} as const

export function partsOf({ id, source, location, receivedAtMs, text }: RawEvent) {
  return { id, source, location, receivedAtMs, text }
}

/** Stores for the tests of one `describe`, closed behind the last; `filled` gives one with the records above. */
export function testStores(open: () => Promise<Store>) {
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
  return { fresh, filled }
}
