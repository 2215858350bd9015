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
  /** Called after every append that is durable. */
  readonly stored?: () => void
}

/** Events analysed without letting anything else run: keeps one large batch from delaying answers to others. */
const sliceLength = 256
const firstWaitMs = 100
const longestWaitMs = 5_000

/**
 * Moves everything a source reads into the store until `signal` aborts or the source ends. A batch is evaluated once; only
 * its append is tried again, for as long as the process runs. Rejects when the source throws.
 */
export async function ingest(source: Source, parts: IngestParts, signal: AbortSignal): Promise<void> {
  const from = await parts.store.cursor(source.name)
  parts.telemetry.sourceStarted(source.name)
  for await (const batch of source.read(from, signal)) {
    try {
      await storeBatch(batch, parts, signal)
    } catch (error) {
      batch.settle(asError(error))
      if (!signal.aborted) throw error
      continue
    }
    batch.settle()
  }
}

async function storeBatch(batch: Batch, parts: IngestParts, signal: AbortSignal): Promise<void> {
  const { store, telemetry, now } = parts
  const fresh = await freshEvents(batch, store)
  const entries: Entry[] = []
  for (let start = 0; start < fresh.length; start += sliceLength) {
    if (start > 0) await nextTurn()
    const slice = fresh.slice(start, start + sliceLength)
    entries.push(
      ...analyse(parts.engine(), slice, (event) => telemetry.eventRejected(batch.source, event.id)),
    )
  }
  const began = now()
  await appendUntilStored(batch, entries, parts, signal)
  parts.stored?.()
  const counts = {
    events: entries.length,
    alerts: entries.reduce((sum, { alert }) => sum + (alert ? 1 : 0), 0),
    repeated: batch.events.length - fresh.length,
  }
  const oldest = batch.events[0]?.receivedAtMs ?? began
  telemetry.batchStored(batch.source, counts, { append: now() - began, lag: now() - oldest })
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
