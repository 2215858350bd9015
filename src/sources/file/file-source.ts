import path from 'node:path'

import type { Batch, Cursor } from '../../event/batch.ts'
import { fromByteString } from '../../event/byte-string.ts'
import type { RawEvent } from '../../event/raw-event.ts'
import type { FileTally, FileTelemetry } from '../../telemetry/file.ts'
import type { Source, SourceStatus } from '../source.ts'
import { cursorOf, parseCursor } from './cursor.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { handleFacts, type FollowedFile, type ReadResult } from './followed-file.ts'
import type { FollowSettings } from './file-opener.ts'
import { FollowedFiles } from './followed-files.ts'
import type { Position } from './line-reader.ts'
import { noticeEvent } from './renderer.ts'

export interface FileSourceParts extends FollowSettings {
  readonly name: string
  readonly now: () => number
  readonly telemetry: FileTelemetry
}

const linesPerBatch = 1000
const bytesPerBatch = 1024 * 1024
/** Every known path is looked at this often, whether or not the system told of a change. */
const lookEveryMs = 1_000
/** Wildcards are expanded this often, and soon after a name appeared in a watched directory. */
const searchEveryMs = 5_000
/** A file without a path is read on for this long after it last grew; its writer may be slow to let go of it. */
const graceMs = { deleted: 10_000, renamed: 60_000 }

/** Follows the files of one `<localfile>` block. */
export class FileSource implements Source {
  readonly name: string
  readonly #parts: FileSourceParts
  readonly #files: FollowedFiles
  readonly #watch = new DirectoryWatch()
  readonly #ready = new Set<FollowedFile>()
  /** Read to their end and without a path: closed when the batch that says so is durable. */
  #finished: FollowedFile[] = []
  #cursorChanged = false
  #lastEventAtMs: number | undefined
  #state: SourceStatus['state'] = 'waiting'

  constructor(parts: FileSourceParts) {
    this.name = parts.name
    this.#parts = parts
    this.#files = new FollowedFiles(parts, {
      found: (file) => this.#ready.add(file),
      forgotten: (file) => this.#ready.delete(file),
      telemetry: parts.telemetry,
      source: parts.name,
    })
  }

  async *read(from: Cursor | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    try {
      const saved = from === undefined ? undefined : parseCursor(from)
      await this.#files.start(saved, this.#parts.now())
      this.#watchDirectories()
      this.#cursorChanged = saved === undefined
      let lookedMs = this.#parts.now()
      while (!signal.aborted) {
        const batch = await this.#nextBatch()
        if (batch) yield* this.#settled(batch)
        else if (this.#ready.size === 0) await this.#watch.wait(lookEveryMs, signal)
        const nowMs = this.#parts.now()
        const isDue = nowMs - lookedMs >= lookEveryMs || nowMs < lookedMs
        if (isDue) lookedMs = nowMs
        if (!signal.aborted) await this.#look(nowMs, isDue)
      }
    } finally {
      this.#state = 'stopped'
      this.#watch.close()
      await this.#files.close()
    }
  }

  status(): SourceStatus {
    const { detail, advice, isFollowing } = this.#files.describe()
    const state = this.#state === 'stopped' ? 'stopped' : isFollowing ? 'running' : 'waiting'
    return {
      state,
      detail,
      ...(advice === undefined ? {} : { advice }),
      ...(this.#lastEventAtMs === undefined ? {} : { lastEventAtMs: this.#lastEventAtMs }),
    }
  }

  /** Hands out one batch and, when it could not be stored, goes back to where it began. */
  async *#settled({ batch, touched }: Prepared): AsyncGenerator<Batch> {
    let failure: Error | undefined
    yield { ...batch, settle: (reason) => void (failure = reason) }
    if (failure) {
      for (const [file, position] of touched) {
        await file.rewind(position)
        this.#ready.add(file)
      }
      this.#cursorChanged = true
      this.#finished = []
      return
    }
    for (const file of this.#finished) await this.#files.forget(file)
    this.#finished = []
  }

  async #nextBatch(): Promise<Prepared | undefined> {
    const nowMs = this.#parts.now()
    const budget = { lines: linesPerBatch, bytes: bytesPerBatch }
    const tally: FileTally = { lines: 0, bytes: 0, cut: 0, notJson: 0, filtered: 0, suppressed: 0 }
    const result: ReadResult = { events: [], budget, tally, nowMs }
    const touched = new Map<FollowedFile, Position>()
    for (const file of this.#inOrder()) {
      if (budget.lines <= 0 || budget.bytes <= 0) break
      touched.set(file, file.durablePosition)
      await this.#readFile(file, result)
    }
    const notices = this.#files.takeNotices()
    const events = [...result.events, ...notices.map(({ id, text }) => noticeEvent(id, text, nowMs))]
    const isMoved = tally.lines > 0 || this.#finished.length > 0 || this.#cursorChanged
    if (events.length === 0 && !isMoved) return undefined
    return { batch: this.#batch(events, result), touched }
  }

  #batch(events: readonly RawEvent[], { nowMs, tally }: ReadResult): Omit<Batch, 'settle'> {
    this.#cursorChanged = false
    if (events.length > 0) this.#lastEventAtMs = nowMs
    this.#parts.telemetry.batchRead(this.name, tally)
    const files = [...this.#files.all()].filter((file) => !this.#finished.includes(file))
    const cursor = cursorOf(this.#files.searchedMs, [
      ...files.map((file) => file.savedText()),
      ...this.#files.dormantTexts(),
    ])
    return { source: this.name, events, cursor }
  }

  /** Files without a path first: what follows them at the same path waits for them. */
  #inOrder(): readonly FollowedFile[] {
    const ready = [...this.#ready].filter(({ predecessor }) => !predecessor || !this.#ready.has(predecessor))
    const detached = ready.filter(({ detachedAtMs }) => detachedAtMs !== undefined)
    return [...detached, ...ready.filter((file) => file.detachedAtMs === undefined)]
  }

  async #readFile(file: FollowedFile, result: ReadResult): Promise<void> {
    this.#ready.delete(file)
    const end = await this.#tryRead(file, result)
    if (end === 'more') this.#ready.add(file)
    if (end === 'truncated') {
      this.#files.noteTruncated(file)
      file.reader.reset()
      this.#ready.add(file)
    }
    if (end === 'end' && (await this.#isOver(file, result.nowMs))) {
      await file.finish(result)
      this.#finished.push(file)
    }
    file.tellSuppressed(result)
    this.#parts.telemetry.lagIs(fromByteString(file.origin.path), file.lagBytes)
  }

  async #tryRead(file: FollowedFile, result: ReadResult): Promise<'more' | 'end' | 'truncated' | 'failed'> {
    try {
      return await file.read(result)
    } catch (error) {
      this.#files.noteTrouble(file.origin.path, error)
      return 'failed'
    }
  }

  async #isOver(file: FollowedFile, nowMs: number): Promise<boolean> {
    if (file.detachedAtMs === undefined) return false
    const { modifiedMs, links } = await handleFacts(file.handle)
    const quietMs = nowMs - Math.max(file.detachedAtMs, Math.min(modifiedMs, nowMs))
    return quietMs >= (links === 0 ? graceMs.deleted : graceMs.renamed)
  }

  /** Looks for changes: at what the system told of, and when it is time at everything. */
  async #look(nowMs: number, isDue: boolean): Promise<void> {
    const changed = this.#watch.takeChanged()
    if (!isDue && changed.size === 0) return
    const hasNewName = await this.#files.check(isDue ? undefined : changed, nowMs)
    // A clock may be set back.
    if (hasNewName || Math.abs(nowMs - this.#files.searchedMs) >= searchEveryMs) {
      await this.#files.search(nowMs)
      this.#watchDirectories()
    }
    for (const file of this.#files.changed(isDue)) this.#ready.add(file)
  }

  #watchDirectories(): void {
    const followed = [...this.#files.all()].map(({ origin }) => path.posix.dirname(origin.path))
    this.#watch.setDirectories([...this.#files.directories, ...followed])
  }
}

interface Prepared {
  readonly batch: Omit<Batch, 'settle'>
  /** Where each file that was read stood before. */
  readonly touched: ReadonlyMap<FollowedFile, Position>
}
