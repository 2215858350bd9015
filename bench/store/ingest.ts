import { performance } from 'node:perf_hooks'
import path from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'

import { ingest as runPipeline } from '../../src/pipeline/ingest.ts'
import type { Source } from '../../src/sources/source.ts'
import type { Entry, Store } from '../../src/store/store.ts'
import { pipelineTelemetry } from '../../src/telemetry/pipeline.ts'
import { startTelemetry } from '../../src/telemetry/start.ts'
import { loadBenchEngine, type Mix } from './mix.ts'

const batchLength = 500
const sources = 4

export interface Ingested {
  readonly perSecond: number
  readonly p99Ms: number
  readonly cpuUs: number
  /** Highest resident memory of this process meanwhile, generator included. */
  readonly rssBytes: number
}

/** Several sources, each with one batch in flight, as the pipeline does it. Making the events is part of the time. */
export async function ingest(
  mix: Mix,
  count: number,
  append: (batch: readonly Entry[], source: string) => Promise<unknown>,
): Promise<Ingested> {
  let next = 0
  const latencies: number[] = []
  const source = async (name: string) => {
    while (next < count) {
      const from = next
      next += batchLength
      const batch = Array.from({ length: Math.min(batchLength, count - from) }, (_, index) =>
        mix.entry(from + index),
      )
      const sent = performance.now()
      await append(batch, name)
      latencies.push(performance.now() - sent)
    }
  }
  const spent = await watched(() =>
    Promise.all(Array.from({ length: sources }, (_, index) => source(`source ${index}`))),
  )
  return { ...perEvent(spent, count), p99Ms: quantile(latencies, 0.99) }
}

/** Decoding, rules and everything between a source and the store. */
export async function ingestWithPipeline(mix: Mix, count: number, store: Store): Promise<Ingested> {
  const engine = loadBenchEngine()
  const telemetry = startTelemetry({ level: 'error', console: { write: () => true } })
  const latencies: number[] = []
  let next = 0
  const source = (name: string): Source => ({
    name,
    status: () => ({ state: 'running', detail: '' }),
    async *read() {
      while (next < count) {
        const from = next
        next += batchLength
        const events = Array.from({ length: Math.min(batchLength, count - from) }, (_, index) =>
          mix.raw(from + index),
        )
        const sent = performance.now()
        yield {
          source: name,
          events,
          cursor: String(from),
          settle: () => latencies.push(performance.now() - sent),
        }
      }
    },
  })
  const parts = { store, engine: () => engine, telemetry: pipelineTelemetry(telemetry), now: Date.now }
  const never = new AbortController().signal
  const spent = await watched(() =>
    Promise.all(
      Array.from({ length: sources }, (_, index) => runPipeline(source(`source ${index}`), parts, never)),
    ),
  )
  await telemetry.close()
  return { ...perEvent(spent, count), p99Ms: quantile(latencies, 0.99) }
}

/** The other way: rows straight into DuckDB, one transaction per batch, as its appender does it. */
export async function ingestWithAppender(mix: Mix, count: number, folder: string): Promise<Ingested> {
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
  const result = await ingest(mix, count, (batch) => {
    turn = turn.then(() => append(batch))
    return turn
  })
  appender.closeSync()
  connection.closeSync()
  database.closeSync()
  return result
}

interface Spent {
  readonly ms: number
  readonly cpuUs: number
  readonly rssBytes: number
}

async function watched(work: () => Promise<unknown>): Promise<Spent> {
  let rssBytes = 0
  const watch = setInterval(() => (rssBytes = Math.max(rssBytes, process.memoryUsage.rss())), 100)
  const cpu = process.cpuUsage()
  const began = performance.now()
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - began, cpuUs: user + system, rssBytes }
}

function perEvent({ ms, cpuUs, rssBytes }: Spent, count: number) {
  return { perSecond: Math.round((count / ms) * 1000), cpuUs: Math.round(cpuUs / count), rssBytes }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10
}
