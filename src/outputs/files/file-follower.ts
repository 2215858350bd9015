import { setTimeout as sleep } from 'node:timers/promises'

import type { Dataset, Followed, Hit, Store } from '../../store/store.ts'
import type { FileOutputTelemetry } from '../../telemetry/file-outputs.ts'
import { DailyFile, type Day, dayOf, type Place } from './daily-file.ts'
import { packDay, unpackedDays } from './pack.ts'

export interface FileKind extends Place {
  /** Key of the saved position: `file:alerts.json`. */
  readonly name: string
  readonly dataset: Dataset
  /** Where a file that never was written begins: with everything stored, or with what comes. */
  readonly begins: 'oldest' | 'now'
  /** The text of one record, its line end included; empty to leave it out. */
  readonly render: (hit: Hit) => string
}

export interface FollowerParts {
  readonly store: Store
  readonly now: () => number
  readonly telemetry: FileOutputTelemetry
}

interface Saved {
  readonly position: number
  readonly day: Day
  readonly bytes: number
}

const saveEveryMs = 500
const longestWaitMs = 30_000
const checkDayMs = 30_000

/**
 * Writes one file after the store. What is written is recorded together with the length of the file: after a crash the file is cut back to that
 * length and continued from that position, so nothing is missing and nothing is there twice.
 */
export class FileFollower {
  readonly #kind: FileKind
  readonly #parts: FollowerParts
  #file: DailyFile | undefined
  #position = 0
  #savedAtMs = -Infinity
  #isSaved = true
  /** Delivering, recording and changing files never overlap. */
  #turn: Promise<void> = Promise.resolve()

  constructor(kind: FileKind, parts: FollowerParts) {
    this.#kind = kind
    this.#parts = parts
  }

  /** Runs until the signal aborts, then records where it is. Rejects only when the store does. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#untilDone(() => this.#open(), signal)
    void this.#packPast()
    const saving = this.#everyNowAndThen(signal)
    const { store } = this.#parts
    for await (const followed of store.follow(this.#kind.dataset, this.#position, signal)) {
      await this.#untilDone(() => this.#inTurn(() => this.#deliver(followed)), signal)
      this.#parts.telemetry.written(this.#kind.fixedName, followed.hits.length, store.head() - followed.at)
    }
    await saving
    await this.#save()
    await this.#file?.close()
  }

  async #open(): Promise<void> {
    const { store, now } = this.#parts
    const saved = parseSaved(await store.followerState(this.#kind.name))
    this.#position = saved?.position ?? (this.#kind.begins === 'now' ? store.head() : 0)
    const file = await DailyFile.open(this.#kind, saved?.day ?? dayOf(now()))
    this.#file = file
    if (!saved || file.bytes === saved.bytes) return
    if (file.bytes > saved.bytes) {
      this.#parts.telemetry.cutBack(file.path, file.bytes - saved.bytes)
      await file.cutTo(saved.bytes)
    } else this.#parts.telemetry.shorterThanKnown(file.path, saved.bytes, file.bytes)
  }

  async #deliver({ at, hits }: Followed): Promise<void> {
    let text = ''
    for (const hit of hits) {
      if (hit.position <= this.#position) continue // written before the attempt that failed
      const day = dayOf(hit.receivedAtMs)
      if (this.#file && day > this.#file.day) {
        await this.#write(text, hit.position - 1)
        text = ''
        await this.#begin(day)
      }
      text += this.#kind.render(hit)
    }
    await this.#write(text, at)
    if (this.#parts.now() - this.#savedAtMs >= saveEveryMs) await this.#save()
  }

  async #write(text: string, position: number): Promise<void> {
    if (text !== '') await this.#file?.append(text)
    this.#position = position
    this.#isSaved = false
  }

  /** The day changed: the old file is complete. */
  async #begin(day: Day): Promise<void> {
    const old = this.#file
    await old?.flush()
    this.#file = await DailyFile.open(this.#kind, day)
    this.#isSaved = false
    await this.#save()
    await old?.close()
    void this.#packPast()
  }

  async #save(): Promise<void> {
    const file = this.#file
    if (this.#isSaved || !file) return
    const state: Saved = { position: this.#position, day: file.day, bytes: file.bytes }
    this.#isSaved = true
    this.#savedAtMs = this.#parts.now()
    try {
      // The file first: a recorded length must be there after a loss of power too.
      await file.flush()
      await this.#parts.store.saveFollowerState(this.#kind.name, JSON.stringify(state))
    } catch (error) {
      this.#isSaved = false
      throw error
    }
  }

  /** Records the position when nothing more comes, and ends the day at midnight when nothing happens. */
  async #everyNowAndThen(signal: AbortSignal): Promise<void> {
    for (let rounds = 0; !signal.aborted; rounds++) {
      await sleep(saveEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.#inTurn(() => this.#save())
        if (rounds % (checkDayMs / saveEveryMs) === 0) await this.#inTurn(() => this.#endDay())
      } catch (error) {
        this.#parts.telemetry.writeFailed(this.#kind.fixedName, asError(error), saveEveryMs)
      }
    }
  }

  async #endDay(): Promise<void> {
    const today = dayOf(this.#parts.now())
    if (this.#file && this.#file.bytes > 0 && today > this.#file.day) await this.#begin(today)
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #packPast(): Promise<void> {
    const today = this.#file?.day
    if (today === undefined) return
    try {
      for (const day of await unpackedDays(this.#kind, today)) await packDay(this.#kind, day)
    } catch (error) {
      this.#parts.telemetry.packFailed(this.#kind.fixedName, asError(error))
    }
  }

  /** A full disk or a missing permission is waited for. */
  async #untilDone(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let waitMs = 1_000; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        await work()
        return
      } catch (error) {
        if (signal.aborted) return
        this.#parts.telemetry.writeFailed(this.#kind.fixedName, asError(error), waitMs)
        await sleep(waitMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }
}

function parseSaved(text: string | undefined): Saved | undefined {
  if (text === undefined) return undefined
  const saved: Saved = JSON.parse(text) // written by #save
  return saved
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
