// `npm run bench -- store [--json]`: QUAYWATCH_BENCH_EVENTS says how many events are stored (default 200000).
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { DuckDBInstance } from '@duckdb/node-api'

import { RawEvent } from '../src/event/raw-event.ts'
import { openStore } from '../src/store/open-store.ts'
import { parseQuery } from '../src/store/query/parse.ts'
import type { AggregateRequest, Aggregation, Entry, SearchRequest, Store } from '../src/store/store.ts'
import { entry } from '../test/support/entries.ts'
import type { BenchResult } from './bench-case.ts'

const count = Number(process.env['QUAYWATCH_BENCH_EVENTS'] ?? 200_000)
const batchLength = 500
const sources = 4
const startMs = 1_795_000_000_000
/** All events lie in this much time, newest last: a day is a seventh of them. */
const spanMs = 7 * 86_400_000

const reference =
  process.env['QUAYWATCH_REFERENCE'] ?? path.join(import.meta.dirname, '..', '..', '..', 'shared')

/** Recorded shapes of Docker and Kubernetes events, analysed once. */
function templates(): readonly Entry[] {
  const found: Entry[] = []
  for (const [file, groups] of [
    ['docker_mix.jsonl', 'docker'],
    ['k8s_mix.jsonl', 'k8s'],
  ] as const) {
    const lines = readFileSync(path.join(reference, 'data', 'bench', file), 'utf8')
      .trim()
      .split('\n')
    for (const [index, text] of lines.entries()) {
      const rule = { id: 87_900 + (index % 40), level: [0, 3, 3, 5, 7, 12][index % 6] ?? 0, groups: [groups] }
      found.push(entry({ id: 'template', text, location: groups, data: JSON.parse(text), rule }))
    }
  }
  return found
}

/** The template as a new event: what differs is what makes an event one. */
function instance(template: Entry, index: number): Entry {
  const { raw } = template.event
  const event = {
    ...template.event,
    raw: new RawEvent({
      id: `bench/${index}/${Math.imul(index, 2_654_435_761) >>> 0}`,
      source: raw.source,
      location: raw.location,
      receivedAtMs: startMs + Math.floor((index / count) * spanMs),
      text: raw.text,
    }),
  }
  // The engine prints one document for both.
  return {
    ...template,
    event,
    alert: template.alert && { ...template.alert, event, document: template.document },
  }
}

interface Ingested {
  readonly perSecond: number
  readonly p99Ms: number
  readonly cpuUs: number
}

/** Several sources, each with one batch in flight, as the pipeline does it. */
async function ingest(
  all: readonly Entry[],
  append: (batch: readonly Entry[], source: string) => Promise<unknown>,
): Promise<Ingested> {
  let next = 0
  const latencies: number[] = []
  const cpu = process.cpuUsage()
  const began = performance.now()
  const source = async (name: string) => {
    while (next < count) {
      const from = next
      next += batchLength
      const batch = Array.from({ length: Math.min(batchLength, count - from) }, (_, index) =>
        instance(all[(from + index) % all.length] ?? entry({ id: '' }), from + index),
      )
      const sent = performance.now()
      await append(batch, name)
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: sources }, (_, index) => source(`source ${index}`)))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: Math.round((count / (performance.now() - began)) * 1000),
    p99Ms: quantile(latencies, 0.99),
    cpuUs: Math.round((user + system) / count),
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10
}

/** The other way: rows straight into DuckDB, one transaction per batch, as its appender does it. */
async function ingestWithAppender(all: readonly Entry[], folder: string): Promise<Ingested> {
  const database = await DuckDBInstance.create(path.join(folder, 'appender.duckdb'), {
    memory_limit: '160MiB',
  })
  const connection = await database.connect()
  await connection.run(`SET checkpoint_threshold = '64MiB'`)
  await connection.run(
    `CREATE TABLE records (position BIGINT, received BIGINT, id VARCHAR, source VARCHAR, level INTEGER, rule INTEGER,
     ${Array.from({ length: 22 }, (_, index) => `c${index} VARCHAR`).join(', ')},
     text VARCHAR USING COMPRESSION zstd, document VARCHAR USING COMPRESSION zstd)`,
  )
  const appender = await connection.createAppender('records')
  let position = 0
  let turn: Promise<unknown> = Promise.resolve()
  const append = async (batch: readonly Entry[]) => {
    await connection.run('BEGIN')
    for (const { event, document, rule } of batch) {
      appender.appendBigInt(BigInt(position++))
      appender.appendBigInt(BigInt(event.raw.receivedAtMs))
      appender.appendVarchar(event.raw.id)
      appender.appendVarchar(event.raw.source)
      appender.appendInteger(rule?.level ?? 0)
      appender.appendInteger(rule?.id ?? 0)
      for (let column = 0; column < 22; column++) appender.appendVarchar(column < 8 ? 'some value' : '')
      appender.appendVarchar(event.raw.text)
      appender.appendVarchar(document)
      appender.endRow()
    }
    appender.flushSync()
    await connection.run('COMMIT')
  }
  const result = await ingest(all, (batch) => {
    turn = turn.then(() => append(batch))
    return turn
  })
  appender.closeSync()
  connection.closeSync()
  database.closeSync()
  return result
}

const now = startMs + spanMs
const day = { fromMs: now - 86_400_000, toMs: now }

function queryOf(text: string) {
  const parsed = parseQuery(text)
  if ('error' in parsed) throw new Error(parsed.error.message)
  return parsed.query
}

function search(query: string, more: Partial<SearchRequest> = {}) {
  const request: SearchRequest = {
    dataset: 'events',
    query: queryOf(query),
    limit: 50,
    order: 'newest',
    ...more,
  }
  return (store: Store) => store.search(request, new AbortController().signal)
}

function aggregate(it: Aggregation, query = '', more: Partial<AggregateRequest> = {}) {
  const request: AggregateRequest = {
    dataset: 'events',
    query: queryOf(query),
    aggregations: { it },
    ...day,
    ...more,
  }
  return (store: Store) => store.aggregate(request, new AbortController().signal)
}

/** Name, budget in milliseconds (design of the dashboard), work. */
const questions: readonly (readonly [string, number, (store: Store) => Promise<unknown>])[] = [
  ['newest 50 alerts, day', 200, search('', { dataset: 'alerts', ...day })],
  ['newest 50 events, all time', 200, search('')],
  ['histogram by severity, day', 200, aggregate({ kind: 'histogram', intervalMs: 1_800_000, by: 'level' })],
  [
    'histogram by Docker type, day',
    200,
    aggregate({ kind: 'histogram', intervalMs: 1_800_000, by: { field: 'docker.Type', size: 10 } }),
  ],
  ['terms rule.id, day', 200, aggregate({ kind: 'terms', field: 'rule.id', size: 20 })],
  ['terms image, day', 200, aggregate({ kind: 'terms', field: 'docker.Actor.Attributes.image', size: 10 })],
  [
    'terms user where level >= 7, day',
    200,
    aggregate({ kind: 'terms', field: 'user.username', size: 200 }, 'rule.level >= 7'),
  ],
  [
    'terms rule.groups, all time',
    1000,
    aggregate({ kind: 'terms', field: 'rule.groups', size: 20 }, '', { fromMs: startMs }),
  ],
  ['cardinality of containers, day', 200, aggregate({ kind: 'cardinality', field: 'docker.Actor.ID' })],
  ['any path: userAgent, day', 2000, search('userAgent: kubelet*', day)],
  ['terms any path, day', 2000, aggregate({ kind: 'terms', field: 'userAgent', size: 10 })],
  ['bare word, day', 2000, search('payments', day)],
]

async function ask(store: Store): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const [name, budget, work] of questions) {
    const times: number[] = []
    for (let turn = 0; turn < 9; turn++) {
      const began = performance.now()
      await work(store)
      times.push(performance.now() - began)
    }
    results.push(result(`${name}, p50`, 'ms', quantile(times, 0.5), ['budget', budget]))
    results.push(result(`${name}, p95`, 'ms', quantile(times, 0.95), ['budget', budget]))
  }
  return results
}

function result(
  name: string,
  unit: string,
  value: number,
  [baseline, baselineValue]: readonly [string, number],
): BenchResult {
  const ratio = Number((value / baselineValue).toPrecision(4))
  return { case: name, value, unit, baseline, baseline_value: baselineValue, ratio }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .reduce((sum, file) => sum + statSync(path.join(file.parentPath, file.name)).size, 0)
}

export async function results(): Promise<readonly BenchResult[]> {
  if (!existsSync(path.join(reference, 'data', 'bench')))
    throw new Error(`no events in ${reference}; set QUAYWATCH_REFERENCE`)
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-'))
  const all = templates()
  const textBytes = all.reduce((sum, { event }) => sum + event.raw.text.length, 0) / all.length
  const documentBytes = all.reduce((sum, { document }) => sum + document.length, 0) / all.length
  const gzipBytes = gzipSync(all.map(({ document }) => document).join('\n'), { level: 6 }).length / all.length
  const rssBefore = process.memoryUsage().rss
  try {
    const other = await ingestWithAppender(all, folder)
    let highest = 0
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 100)
    let store = await openStore({ folder: path.join(folder, 'data') })
    const ours = await ingest(all, (batch, source) => store.append(source, String(count), batch))
    const indexBegan = performance.now()
    await store.stats()
    const indexMs = Math.round(performance.now() - indexBegan)
    clearInterval(watch)
    await store.close()
    const bytes = sizeOf(path.join(folder, 'data')) / count
    const openBegan = performance.now()
    store = await openStore({ folder: path.join(folder, 'data') })
    const openMs = Math.round(performance.now() - openBegan)
    const answered = await ask(store)
    const unseenBegan = performance.now()
    await store.unseen(Array.from({ length: 1000 }, (_, index) => `new ${index}`))
    const unseenMs = Math.round((performance.now() - unseenBegan) * 10) / 10
    await store.close()
    return [
      result(`ingest ${count} events`, 'events/s', ours.perSecond, ['DuckDB appender', other.perSecond]),
      result('append, p99', 'ms', ours.p99Ms, ['DuckDB appender', other.p99Ms]),
      result('CPU per event, all threads', 'µs', ours.cpuUs, ['DuckDB appender', other.cpuUs]),
      result('searchable after the last append', 'ms', indexMs, ['a second', 1000]),
      result('bytes per event', 'B', Math.round(bytes), ['document as JSON', Math.round(documentBytes)]),
      result('bytes per event', 'B', Math.round(bytes), ['message as JSON', Math.round(textBytes)]),
      result('bytes per event', 'B', Math.round(bytes), ['documents in one gzip', Math.round(gzipBytes)]),
      result('highest RSS while storing', 'MB', Math.round(highest / 1e6), [
        'before',
        Math.round(rssBefore / 1e6),
      ]),
      result('open', 'ms', openMs, ['budget', 500]),
      result('unseen(1000 new ids)', 'ms', unseenMs, ['budget', 50]),
      ...answered,
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
