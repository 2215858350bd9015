import path from 'node:path'

import type { Cursor } from '../../event/batch.ts'
import type {
  AggregateRequest,
  AggregationResult,
  Dataset,
  Entry,
  Followed,
  Hit,
  Page,
  Position,
  ReplayedEvent,
  SearchRequest,
  StoreStats,
} from '../store.ts'
import { aggregateSegments } from './aggregate.ts'
import type { Database } from './database.ts'
import type { Indexer } from './indexer.ts'
import { replayed } from './replay.ts'
import { hitById, hitsAfter, searchSegments } from './search.ts'
import type { Identity } from './identity.ts'
import type { Mender } from './mender.ts'
import type { Segment } from './segment-file.ts'
import type { Segments } from './segments.ts'
import type { Writer } from './writer.ts'
import type { BackedUp, Compacted, KeptStore, Verified } from '../kept-store.ts'
import { backUp } from './backup.ts'
import { verifyFiles } from './verify.ts'
import type { WordIndex } from './words/word-index.ts'

export interface DiskParts {
  readonly folder: string
  readonly database: Database
  readonly segments: Segments
  readonly writer: Writer
  readonly indexer: Indexer
  readonly identity: Identity
  readonly mender: Mender
  readonly words: WordIndex
  readonly timeLimitMs: number
  readonly stopMaintenance: () => void
  /** Frees what keeps other processes out. Called last. */
  readonly release: () => void
}

const followLength = 2_000

/**
 * Commits go to a log of its own, flushed at once and cheap; DuckDB segments take whole log files over in large steps, and a reader asks for
 * the rest first (docs/decisions/store.md).
 */
export class DiskStore implements KeptStore {
  readonly #parts: DiskParts
  #closed: Promise<void> | undefined

  constructor(parts: DiskParts) {
    this.#parts = parts
  }

  unseen(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#parts.identity.unseen(ids)
  }

  async append(source: string, cursor: Cursor | undefined, entries: readonly Entry[]): Promise<Position> {
    if (this.#closed) throw new Error('the store is closed')
    const { identity, writer } = this.#parts
    const claimed = await identity.claim(entries)
    try {
      return await writer.commit({ source, cursor, records: claimed })
    } catch (error) {
      identity.giveBack(claimed)
      throw error
    }
  }

  async cursor(source: string): Promise<Cursor | undefined> {
    return this.#parts.writer.state.cursors.get(source)
  }

  async search(request: SearchRequest, signal: AbortSignal): Promise<Page> {
    const behind = await this.#parts.indexer.catchUpUnlessPaused()
    const page = await this.#reading((list) => searchSegments(this.#parts, list, request, signal))
    return behind === undefined || page.partial !== undefined ? page : { ...page, partial: behind }
  }

  async aggregate(
    request: AggregateRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, AggregationResult>>> {
    const behind = await this.#parts.indexer.catchUpUnlessPaused()
    const results = await this.#reading((list) => aggregateSegments(this.#parts, list, request, signal))
    if (behind === undefined) return results
    return Object.fromEntries(
      Object.entries(results).map(([name, result]) => [name, { partial: behind, ...result }]),
    )
  }

  async event(id: string): Promise<Hit | undefined> {
    const { database, identity, indexer } = this.#parts
    await indexer.catchUp()
    const asked = { id, fingerprint: identity.fingerprint(id) }
    return this.#reading((list) => hitById(database, list, asked))
  }

  async *follow(dataset: Dataset, after: Position, signal: AbortSignal): AsyncIterable<Followed> {
    const { writer } = this.#parts
    let at = after
    while (!signal.aborted) {
      if (at >= writer.head) {
        await writer.committedAfter(at, signal)
        continue
      }
      const next = await this.#after(dataset, at)
      if (next.at <= at) throw new Error(`records after position ${at} are announced but cannot be read`)
      at = next.at
      if (next.hits.length > 0) yield next
    }
  }

  head(): Position {
    return this.#parts.writer.head
  }

  async followerState(name: string): Promise<string | undefined> {
    return this.#parts.writer.state.followers.get(name)
  }

  async saveFollowerState(name: string, state: string): Promise<void> {
    await this.#parts.writer.commit({ follower: name, state, records: [] })
  }

  async *replay(
    sinceMs: number,
    signal: AbortSignal,
    untilMs?: number,
  ): AsyncIterable<readonly ReplayedEvent[]> {
    const { database, segments, indexer } = this.#parts
    await indexer.catchUp()
    yield* replayed(database, segments.list, { sinceMs, untilMs }, signal)
  }

  async stats(): Promise<StoreStats> {
    const { segments, indexer, writer, words } = this.#parts
    await indexer.catchUp()
    const list = segments.list.filter(({ records }) => records > 0)
    const oldest = Math.min(...list.map(({ firstMs }) => firstMs))
    const newest = Math.max(...list.map(({ lastMs }) => lastMs))
    return {
      events: list.reduce((sum, { records }) => sum + records, 0),
      alerts: list.reduce((sum, { alerts }) => sum + alerts, 0),
      sizeBytes: (await segments.sizeBytes()) + writer.logBytes,
      recordsWithoutWords: await words.missing(),
      oldestMs: list.length === 0 ? undefined : oldest,
      newestMs: list.length === 0 ? undefined : newest,
    }
  }

  async verify(): Promise<Verified> {
    const { database, segments, indexer, folder } = this.#parts
    return indexer.paused(() => verifyFiles(database, segments.list, path.join(folder, 'log')))
  }

  async backup(target: string): Promise<BackedUp> {
    const { segments, indexer, writer, folder } = this.#parts
    await indexer.catchUp()
    return indexer.paused(() => backUp(folder, segments.list, target, () => writer.head))
  }

  async compact(): Promise<Compacted> {
    const { segments, indexer, words } = this.#parts
    await indexer.catchUp()
    const bytesBefore = await segments.sizeBytes()
    for (const segment of segments.list) await indexer.inSteps(segments.compact(segment))
    await words.complete()
    return { segments: segments.list.length, bytesBefore, bytesAfter: await segments.sizeBytes() }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { writer, indexer, words, database, release, stopMaintenance } = this.#parts
    stopMaintenance()
    await words.stop()
    await writer.drained()
    await indexer.stop()
    await writer.close()
    database.close()
    release()
  }

  /** Reads again when a segment was dropped meanwhile, or a damaged one was set aside. */
  async #reading<T>(read: (list: readonly Segment[]) => Promise<T>): Promise<T> {
    const { segments, indexer, mender } = this.#parts
    const list = segments.list
    try {
      return await read(list)
    } catch (error) {
      const isStillThere = (segment: Segment) => segments.list.some(({ number }) => number === segment.number)
      if (!list.every(isStillThere)) return read(segments.list)
      let mended = false
      await indexer.maintain(async () => {
        mended = await mender.afterFailure(error)
      })
      if (!mended) throw error
      return read(segments.list)
    }
  }

  /** From memory when it reaches back that far, else from the segments. */
  async #after(dataset: Dataset, position: Position): Promise<Followed> {
    const { writer, indexer, database } = this.#parts
    if (position >= writer.recent.coveredFrom) return writer.recent.after(dataset, position, followLength)
    const behind = await indexer.catchUp()
    const request = { dataset, after: position, limit: followLength }
    const found = await this.#reading((list) => hitsAfter(database, list, request))
    if (found.at > position) return found
    if (behind !== undefined) throw new Error(behind)
    // Records in between are gone (retention): go on where memory begins.
    return { hits: [], at: Math.max(position, writer.recent.coveredFrom) }
  }
}
