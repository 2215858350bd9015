import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

import type { Batch } from '../event/batch.ts'
import type { RawEvent } from '../event/raw-event.ts'
import type { Source } from '../sources/source.ts'
import type { Entry, Store } from '../store/store.ts'
import type { PipelineTelemetry } from '../telemetry/pipeline.ts'
import { analyse, type Engine } from './analyse.ts'

export interface IngestParts {
  readonly store: Store
  /** Asked per batch, so that a reloaded ruleset takes effect at the next one. */
  readonly engine: () => Engine
  readonly telemetry: PipelineTelemetry
  readonly now: () => number
  /** What is stored instead of an entry, secrets replaced; the entry itself when there are none. */
  readonly mask?: (entry: Entry) => Entry
  /** Called after every append that is durable. */
  readonly stored?: () => void
}

/** Events analysed without letting anything else run: keeps one large batch from delaying answers to others. */
const sliceLength = 256
const firstWaitMs = 100
const longestWaitMs = 5_000

/**
 * Moves everything a source reads into the store until `signal` aborts or the source ends. A batch is evaluated once; only
 * its append is tried again, for as long as the process runs. While one batch is on its way to the disk the next is evaluated, when the
 * source allows more than one. Rejects when the source throws.
 */
export async function ingest(source: Source, parts: IngestParts, signal: AbortSignal): Promise<void> {
  const from = await parts.store.cursor(source.name)
  parts.telemetry.sourceStarted(source.name)
  const flying: Promise<void>[] = []
  let before = Promise.resolve()
  try {
    for await (const batch of source.read(from, signal)) {
      before = settledInTurn(batch, await started(batch, parts, signal), before)
      flying.push(ended(before, signal))
      if (flying.length >= (source.mostUnsettled ?? 1)) await flying.shift()
    }
  } finally {
    await Promise.allSettled(flying)
  }
}

/** Evaluates the batch now; the result resolves when it is durable. In an object, because a promise would be waited for. */
async function started(batch: Batch, parts: IngestParts, signal: AbortSignal): Promise<Storing> {
  let durable: Promise<void>
  try {
    durable = storeEntries(batch, await evaluate(batch, parts), parts, signal)
  } catch (error) {
    durable = Promise.reject(asError(error))
  }
  durable.catch(() => undefined)
  return { durable }
}

interface Storing {
  readonly durable: Promise<void>
}

/** A batch that repeats events of the one before is durable only when that one is. */
async function settledInTurn(batch: Batch, { durable }: Storing, before: Promise<void>): Promise<void> {
  try {
    await before
    await durable
  } catch (error) {
    batch.settle(asError(error))
    throw error
  }
  batch.settle()
}

/** When everything stops, what was not stored is no failure of the source. */
function ended(settled: Promise<void>, signal: AbortSignal): Promise<void> {
  const result = settled.catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  result.catch(() => undefined)
  return result
}

interface Evaluated {
  readonly entries: readonly Entry[]
  /** Events that were stored before. */
  readonly repeated: number
}

async function evaluate(batch: Batch, parts: IngestParts): Promise<Evaluated> {
  const fresh = await freshEvents(batch, parts.store)
  const entries: Entry[] = []
  for (let start = 0; start < fresh.length; start += sliceLength) {
    if (start > 0) await nextTurn()
    const slice = fresh.slice(start, start + sliceLength)
    const analysed = analyse(parts.engine(), slice, (event) =>
      parts.telemetry.eventRejected(batch.source, event.id),
    )
    entries.push(...(parts.mask ? analysed.map(parts.mask) : analysed))
  }
  return { entries, repeated: batch.events.length - fresh.length }
}

async function storeEntries(
  batch: Batch,
  { entries, repeated }: Evaluated,
  parts: IngestParts,
  signal: AbortSignal,
): Promise<void> {
  const { telemetry, now } = parts
  const began = now()
  await appendUntilStored(batch, entries, parts, signal)
  parts.stored?.()
  const alerts = entries.reduce((sum, { alert }) => sum + (alert ? 1 : 0), 0)
  const oldest = batch.events[0]?.receivedAtMs ?? began
  telemetry.batchStored(
    batch.source,
    { events: entries.length, alerts, repeated },
    { append: now() - began, lag: now() - oldest },
  )
}

/** Each id once, and only those the store has not seen. */
async function freshEvents(batch: Batch, store: Store): Promise<readonly RawEvent[]> {
  if (batch.events.length === 0) return []
  const unseen = new Set(await store.unseen(batch.events.map(({ id }) => id)))
  return batch.events.filter(({ id }) => unseen.delete(id))
}

async function appendUntilStored(
  batch: Batch,
  entries: readonly Entry[],
  parts: IngestParts,
  signal: AbortSignal,
): Promise<void> {
  if (entries.length === 0 && batch.cursor === undefined) return
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      await parts.store.append(batch.source, batch.cursor, entries)
      return
    } catch (error) {
      if (signal.aborted) throw error
      parts.telemetry.appendFailed(batch.source, asError(error), waitMs)
      await sleep(waitMs, undefined, { signal })
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
