import { setTimeout as sleep } from 'node:timers/promises'

import type { Dataset, Followed, Hit, Store } from '../../store/store.ts'
import type { FileOutputTelemetry } from '../../telemetry/file-outputs.ts'
import { DailyFile, type Part, dayOf, type Place } from './daily-file.ts'
import { Outage, type OutputReport } from './outage.ts'
import { packPart, unpackedParts } from './pack.ts'
import { nextPart, type Rotation, slotOf } from './rotation.ts'

export interface FileKind extends Place {
  /** Key of the saved position: `file:alerts.json`. */
  readonly name: string
  readonly dataset: Dataset
  /** Where a file that never was written begins: with everything stored, or with what comes. */
  readonly begins: 'oldest' | 'now'
  /** The text of one record, its line end included; empty to leave it out. */
  readonly render: (hit: Hit) => string | Promise<string>
}

export interface FollowerParts {
  readonly store: Store
  readonly now: () => number
  readonly telemetry: FileOutputTelemetry
  readonly rotation: Rotation
  readonly report: (report: OutputReport) => void
}

interface Saved {
  readonly position: number
  readonly day: string
  /** Absent until the file has been opened for the first time. */
  readonly bytes?: number
  /** Absent in states of earlier versions. */
  readonly part?: number
  readonly slot?: number
}

/** Records that come within so long of each other are written together: a write takes as long for many as for one. */
const gatherMs = 50
const saveEveryMs = 500
const longestWaitMs = 30_000
const checkEveryMs = 30_000

/**
 * Writes one file after the store. What is written is recorded together with the length of the file: after a crash the file is cut back to that
 * length and continued from that position, so nothing is missing and nothing is there twice. A file that somebody removes is made anew, with
 * what was written since it was last seen.
 */
export class FileFollower {
  readonly #kind: FileKind
  readonly #parts: FollowerParts
  readonly #outage: Outage
  #file: DailyFile | undefined
  #part: Part = { day: '', number: 0 }
  /** Interval of the day in which the file began. */
  #slot = 0
  #position: number
  /** Everything up to here was in the file when it was last seen to be there. */
  #safePosition: number
  #savedAtMs = -Infinity
  #wroteAtMs = -Infinity
  #isSaved = true
  #mayPack = true
  #packing: Promise<void> = Promise.resolve()
  /** Aborts when the file has to be continued from an earlier position. */
  #rewound = new AbortController()
  /** Arrival of the first record that is being written now. */
  #pendingSinceMs: number | undefined
  /** Delivering, recording and changing files never overlap. */
  #turn: Promise<void> = Promise.resolve()

  constructor(kind: FileKind, parts: FollowerParts) {
    this.#kind = kind
    this.#parts = parts
    // Now, and not when the first promise has resolved: what is stored meanwhile has come.
    this.#position = kind.begins === 'now' ? parts.store.head() : 0
    this.#safePosition = this.#position
    this.#outage = new Outage(kind.fixedName, parts)
  }

  /** Runs until the signal aborts, then records where it is. Rejects only when the store does. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#untilDone(() => this.#mark(), signal)
    await this.#untilDone(() => this.#begin(), signal)
    const ticking = this.#everyNowAndThen(signal)
    while (!signal.aborted) {
      this.#rewound = new AbortController()
      await this.#follow(signal, AbortSignal.any([signal, this.#rewound.signal]))
    }
    await ticking
    await this.#inTurn(() => this.#save()).catch((error: unknown) => this.#outage.failed(error, 0))
    await this.#file?.close()
  }

  async #follow(signal: AbortSignal, untilRewound: AbortSignal): Promise<void> {
    const { store, telemetry } = this.#parts
    const { dataset, fixedName } = this.#kind
    for await (const followed of store.follow(dataset, this.#position, untilRewound)) {
      this.#pendingSinceMs = followed.hits[0]?.receivedAtMs
      await this.#untilDone(() => this.#inTurn(() => this.#deliver(followed, untilRewound)), signal)
      this.#pendingSinceMs = undefined
      if (untilRewound.aborted) return
      telemetry.written(fixedName, followed.hits.length)
      await this.#pause(untilRewound)
    }
  }

  /** The first record of a quiet time is written at once; of many that follow each other, some go together. */
  async #pause(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now()
    const isSoon = nowMs - this.#wroteAtMs < gatherMs
    this.#wroteAtMs = nowMs
    if (isSoon) await sleep(gatherMs, undefined, { signal }).catch(() => undefined)
  }

  /** A file that begins with what comes has to know where that was, whatever happens next: recorded before anything that is stored from now on. */
  async #mark(): Promise<void> {
    const { store, now } = this.#parts
    const { begins, name } = this.#kind
    if (begins === 'oldest' || (await store.followerState(name)) !== undefined) return
    const state: Saved = { position: this.#position, day: dayOf(now()) }
    await store.saveFollowerState(name, JSON.stringify(state))
  }

  async #begin(): Promise<void> {
    const { telemetry } = this.#parts
    const bytes = (await this.#locate())?.bytes
    const file = await this.#opened()
    if (bytes !== undefined && file.bytes > bytes) {
      telemetry.cutBack(file.path, file.bytes - bytes)
      await file.cutTo(bytes)
    } else if (bytes !== undefined && file.bytes < bytes)
      telemetry.shorterThanKnown(file.path, bytes, file.bytes)
    // From here on the file grows: what is cut off after a kill must be known.
    this.#isSaved = bytes !== undefined
    await this.#save()
    this.#pack()
  }

  /** Where it was, or begins; decided once, however often opening the file has to be repeated. */
  async #locate(): Promise<Saved | undefined> {
    const { store, now, rotation } = this.#parts
    const saved = parseSaved(await store.followerState(this.#kind.name))
    if (this.#part.day !== '') return saved
    this.#position = saved?.position ?? this.#position
    this.#safePosition = this.#position
    this.#part = saved ? { day: saved.day, number: saved.part ?? 0 } : { day: dayOf(now()), number: 0 }
    this.#slot = saved?.slot ?? slotOf(now(), rotation)
    return saved
  }

  async #opened(): Promise<DailyFile> {
    this.#file ??= await DailyFile.open(this.#kind, this.#part)
    return this.#file
  }

  async #deliver({ at, hits }: Followed, untilRewound: AbortSignal): Promise<void> {
    if (untilRewound.aborted) return
    const { rotation } = this.#parts
    let file = await this.#opened()
    let text = ''
    let bytes = file.bytes
    for (const hit of hits) {
      if (hit.position <= this.#position) continue // written before the attempt that failed
      const rendered = this.#kind.render(hit)
      const record = typeof rendered === 'string' ? rendered : await rendered
      const next = nextPart({ part: this.#part, slot: this.#slot, bytes }, hit.receivedAtMs, rotation)
      if (next) {
        await this.#write(file, text, hit.position - 1)
        file = await this.#change(next, hit.receivedAtMs)
        if (untilRewound.aborted) return
        text = ''
        bytes = file.bytes
      } else if (bytes === 0) this.#slot = slotOf(hit.receivedAtMs, rotation)
      text += record
      bytes += rotation.maxBytes > 0 ? Buffer.byteLength(record) : record.length
    }
    await this.#write(file, text, at)
    if (this.#parts.now() - this.#savedAtMs >= saveEveryMs) await this.#save()
  }

  async #write(file: DailyFile, text: string, position: number): Promise<void> {
    if (text !== '') await file.append(text)
    this.#position = position
    this.#isSaved = false
  }

  /** The file is complete: another one begins. */
  async #change(part: Part, ms: number): Promise<DailyFile> {
    const old = this.#file
    await old?.flush()
    const file = await DailyFile.open(this.#kind, part)
    this.#file = file
    this.#part = part
    this.#slot = slotOf(ms, this.#parts.rotation)
    this.#isSaved = false
    this.#mayPack = true
    await old?.close()
    await this.#save()
    return file
  }

  async #save(): Promise<void> {
    const file = this.#file
    if (this.#isSaved || !file) return
    // The file first: a recorded length must be there after a loss of power too.
    await file.flush()
    if (!(await file.isThere())) return this.#rewind(file)
    const { day, number } = this.#part
    const state = {
      position: this.#position,
      day,
      part: number,
      slot: this.#slot,
      bytes: file.bytes,
    } satisfies Saved
    await this.#parts.store.saveFollowerState(this.#kind.name, JSON.stringify(state))
    this.#isSaved = true
    this.#safePosition = state.position
    this.#savedAtMs = this.#parts.now()
    this.#outage.over()
    this.#pack()
  }

  /** Somebody took the file away: what went into it since it was last seen is written once more, into a new one. */
  async #rewind(lost: DailyFile): Promise<void> {
    this.#parts.telemetry.vanished(lost.path)
    this.#file = undefined
    this.#position = this.#safePosition
    this.#rewound.abort()
    await lost.close().catch(() => undefined) // its last name is gone, nothing can be saved of it
    await this.#opened()
  }

  /** Records the position when nothing more comes, ends the day at midnight when nothing happens, and shows how far behind it is. */
  async #everyNowAndThen(signal: AbortSignal): Promise<void> {
    for (let rounds = 0; !signal.aborted; rounds++) {
      await sleep(saveEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      this.#showLag()
      try {
        await this.#inTurn(() => this.#save())
        if (rounds % (checkEveryMs / saveEveryMs) === 0) await this.#inTurn(() => this.#look())
      } catch (error) {
        this.#outage.failed(error, saveEveryMs)
      }
    }
  }

  async #look(): Promise<void> {
    const file = await this.#opened()
    if (!(await file.isThere())) return this.#rewind(file)
    const nowMs = this.#parts.now()
    const current = { part: this.#part, slot: this.#slot, bytes: file.bytes }
    const next = file.bytes > 0 ? nextPart(current, nowMs, this.#parts.rotation) : undefined
    if (next) await this.#change(next, nowMs)
  }

  #showLag(): void {
    const { store, telemetry, now } = this.#parts
    const sinceMs = this.#pendingSinceMs
    const lag =
      sinceMs === undefined
        ? { records: 0, ms: 0 }
        : { records: store.head() - this.#position, ms: Math.max(0, now() - sinceMs) }
    telemetry.lag(this.#kind.fixedName, lag)
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** One after the other, and only when the position recorded is in a later file. */
  #pack(): void {
    if (!this.#mayPack) return
    this.#mayPack = false
    const current = this.#part
    this.#packing = this.#packing.then(() => this.#packBefore(current))
  }

  async #packBefore(current: Part): Promise<void> {
    try {
      for (const part of await unpackedParts(this.#kind, current)) await packPart(this.#kind, part)
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
        this.#outage.failed(error, waitMs)
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
