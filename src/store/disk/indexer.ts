import { rm } from 'node:fs/promises'

import type { StoreTelemetry } from '../../telemetry/store.ts'
import type { LogFile } from './commit-log.ts'
import { firstLine } from './damage.ts'
import type { Mender } from './mender.ts'
import type { Segments } from './segments.ts'
import type { Troubles } from './troubles.ts'

const idleMs = 5_000
const firstWaitMs = 1_000
const longestWaitMs = 30_000
/** So many full log files are taken over in one go: writing 16,000 records at a time takes half the processor time each that 4,000 at a time do. */
const filesAtOnce = 4
/** Beyond this many full log files commits wait: the disk must not fill with what nobody can search. */
const maxFiles = 24

export interface IndexerParts {
  readonly segments: Segments
  /** Left by a process that was stopped. */
  readonly files: readonly LogFile[]
  readonly telemetry: StoreTelemetry | undefined
  readonly mender: Mender
  readonly troubles: Troubles
}

/** Moves full log files into segments: when there are some, when a reader asks, and a few seconds after a commit. */
export class Indexer {
  readonly #segments: Segments
  readonly #telemetry: StoreTelemetry | undefined
  #files: LogFile[]
  #loading: Promise<string | undefined> | undefined
  #rotate: () => Promise<void> = async () => undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = firstWaitMs
  #stopped = false
  #isPaused = false
  #steps: Promise<unknown> = Promise.resolve()

  readonly #mender: Mender
  readonly #troubles: Troubles

  constructor({ segments, files, telemetry, mender, troubles }: IndexerParts) {
    this.#segments = segments
    this.#files = [...files]
    this.#telemetry = telemetry
    this.#mender = mender
    this.#troubles = troubles
  }

  /** How the file that is being written is handed over. */
  takesFrom(rotate: () => Promise<void>): void {
    this.#rotate = rotate
  }

  add(file: LogFile): void {
    this.#files.push(file)
    this.#telemetry?.filesWaiting(this.#files.length)
    if (!this.#stopped && this.#files.length >= filesAtOnce) void this.#load()
  }

  /** Resolves when everything that was durable before the call can be searched; with the reason when it cannot. */
  async catchUp(): Promise<string | undefined> {
    try {
      await this.#rotate()
    } catch (error) {
      const reason = firstLine(error)
      this.#troubles.begins('search', reason)
      return `the newest events cannot be searched yet: ${reason}`
    }
    // A load that began before may have taken its list already; the second one is empty then.
    return (await this.#load()) ?? (await this.#load())
  }

  /** Something was committed: see to it that it becomes searchable even when nobody asks. */
  nudge(): void {
    if (this.#timer || this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#catchUpOrTryAgain()
    }, idleMs)
    this.#timer.unref()
  }

  async #catchUpOrTryAgain(): Promise<void> {
    if ((await this.catchUp()) !== undefined) this.nudge()
  }

  /** Runs while nothing is being loaded. */
  async maintain(work: () => Promise<void>): Promise<void> {
    while (this.#loading) await this.#loading
    if (!this.#stopped) await this.#hold(work)
  }

  /** Work of many steps, one after the other with other work of this kind: what waits is loaded between steps. Rejects when the store is closed meanwhile. */
  inSteps(steps: AsyncGenerator<undefined, void>): Promise<void> {
    const done = this.#steps.then(() => this.#stepThrough(steps))
    this.#steps = done.catch(() => undefined)
    return done
  }

  async #stepThrough(steps: AsyncGenerator<undefined, void>): Promise<void> {
    try {
      while (await this.#step(steps)) if (this.#files.length >= filesAtOnce) await this.#load()
    } finally {
      await steps.return()
    }
  }

  /** False: that was the last one. */
  async #step(steps: AsyncGenerator<undefined, void>): Promise<boolean> {
    if (this.#stopped) throw new Error('the store is closed')
    let isMore = true
    await this.maintain(async () => {
      isMore = (await steps.next()).done !== true
    })
    return isMore
  }

  /** As `maintain`, for work that may take long: searches do not wait for it and say that the newest events are missing. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    while (this.#loading) await this.#loading
    if (this.#stopped) throw new Error('the store is closed')
    this.#isPaused = true
    try {
      return await this.#hold(work)
    } finally {
      this.#isPaused = false
      this.nudge()
    }
  }

  /** As `catchUp`, without waiting for a backup or the like to end. */
  async catchUpUnlessPaused(): Promise<string | undefined> {
    return this.#isPaused
      ? 'the newest events cannot be searched while the store is verified or backed up'
      : this.catchUp()
  }

  async #hold<T>(work: () => Promise<T>): Promise<T> {
    const running = work()
    this.#loading = running
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        this.#loading = undefined
      })
    return running
  }

  async room(): Promise<void> {
    while (this.#files.length > maxFiles && !this.#stopped) {
      const failed = await this.#load()
      if (failed !== undefined) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.catchUp()
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#steps
    while (this.#loading) await this.#loading
  }

  #load(): Promise<string | undefined> {
    this.#loading ??= this.#loadAll().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #loadAll(): Promise<string | undefined> {
    let isMended = false
    let most = filesAtOnce
    for (let files = this.#next(most); files.length > 0; files = this.#next(most)) {
      try {
        await this.#take(files)
      } catch (error) {
        if (files.length > 1) {
          // Whatever is wrong with one of them must not keep the others.
          most = 1
          continue
        }
        if (isMended || !(await this.#mender.afterFailure(error))) return this.#failed(error)
        isMended = true
        continue
      }
      this.#files.splice(0, files.length)
      this.#retryMs = firstWaitMs
      this.#telemetry?.filesWaiting(this.#files.length)
    }
    this.#troubles.isOver('search')
    return undefined
  }

  /** The oldest files, of one day; of files whose extent is not known only one. */
  #next(most: number): readonly LogFile[] {
    const day = dayOf(this.#files[0])
    let bytes = 0
    const end = this.#files.findIndex((file, index) => {
      bytes += file.bytes
      return (
        index > 0 &&
        (index >= most || bytes > this.#segments.bytesAtOnce || day === undefined || dayOf(file) !== day)
      )
    })
    return end < 0 ? this.#files.slice() : this.#files.slice(0, end)
  }

  async #take(files: readonly LogFile[]): Promise<void> {
    await this.#mender.replaceMissing(this.#segments.list.slice(-1))
    try {
      await this.#segments.load(files)
    } catch (error) {
      const [file, ...others] = files
      if (!file || others.length > 0) throw error
      const rest = await this.#mender.logFile(file, error)
      if (!rest) return
      this.#files[0] = rest
      await this.#segments.load([rest])
    }
    for (const file of files) await rm(file.path, { force: true })
  }

  #failed(error: unknown): string {
    const message = firstLine(error)
    this.#troubles.begins('search', message)
    if (!this.#timer && !this.#stopped) {
      this.#telemetry?.loadFailed(error instanceof Error ? error : new Error(message), this.#retryMs)
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        void this.#load()
      }, this.#retryMs)
      this.#timer.unref()
      this.#retryMs = Math.min(this.#retryMs * 2, longestWaitMs)
    }
    return `the newest events cannot be searched yet: ${message}`
  }
}

function dayOf(file: LogFile | undefined): number | undefined {
  const firstMs = file?.extent?.firstMs
  return firstMs === undefined ? undefined : Math.floor(firstMs / 86_400_000)
}
