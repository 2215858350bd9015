import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { Correlation } from './correlation.ts'

/** An alerted event kept for correlation, shared by all windows that hold it. */
export interface Held {
  readonly arrivalMs: number
  readonly text: ByteString
  /** Barrier: only rules above this level count it. Raised by the rules that fired on it. */
  matched: number
}

interface Entry {
  readonly held: Held
  readonly bucket: Bucket
  /** Values of the `different_*` modifiers, compared one by one. */
  readonly different: readonly (ByteString | undefined)[]
  readonly hasDynamic: boolean
  /** Absolute index of the nearest older entry with other `different` values: a run of equal ones is skipped at once. */
  readonly otherBefore: number
}

const none: readonly (ByteString | undefined)[] = []

/** Events of one agent with equal `same_*` values, oldest first. Indexes are absolute: they never move. */
class Bucket {
  readonly key: string
  /** Newest barrier known: what is at or before it is never counted again. Only without `different_*`. */
  blocked = -1
  #entries: Entry[] = []
  /** Absolute index of `#entries[0]`. */
  #base = 0
  #start = 0

  constructor(key: string) {
    this.key = key
  }

  get start(): number {
    return this.#base + this.#start
  }

  get end(): number {
    return this.#base + this.#entries.length
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - this.#base]
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
  }

  shift(): void {
    this.#start += 1
    if (this.#start > 32 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start)
      this.#base += this.#start
      this.#start = 0
    }
  }
}

export interface Found {
  /** Newest first: what was counted, for `previous_output`. */
  readonly lines: readonly ByteString[]
}

/**
 * What one correlation rule counts: the events it could still use, by agent and `same_*` values, so that a search
 * touches only as many as the rule counts, however long the history is (spec/rules.md §4.7).
 */
export class Window {
  readonly #correlation: Correlation
  readonly #level: number
  readonly #buckets = new Map<string, Bucket>()
  /** All entries, oldest first. */
  #queue: Entry[] = []
  #queueStart = 0

  constructor(correlation: Correlation, level: number) {
    this.#correlation = correlation
    this.#level = level
  }

  get size(): number {
    return this.#queue.length - this.#queueStart
  }

  get bucketCount(): number {
    return this.#buckets.size
  }

  /** Arrival of the oldest entry. */
  get oldestMs(): number {
    return this.#queue[this.#queueStart]?.held.arrivalMs ?? Infinity
  }

  /** Takes the event in; false when no later event could ever be equal in what `same_*` compares. */
  add(event: DecodedEvent, held: Held): boolean {
    const key = this.#keyOf(event)
    if (key === undefined) return false
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      bucket = new Bucket(key)
      this.#buckets.set(key, bucket)
    }
    const entry = this.#entryOf(event, held, bucket)
    bucket.push(entry)
    this.#queue.push(entry)
    return true
  }

  #entryOf(event: DecodedEvent, held: Held, bucket: Bucket): Entry {
    const { different, needsDynamic } = this.#correlation
    if (different.length === 0 && !needsDynamic)
      return { held, bucket, different: none, hasDynamic: true, otherBefore: -1 }
    const values = different.map((compared) => compared.read(event))
    const newest = bucket.at(bucket.end - 1)
    const isRun = newest !== undefined && values.every((value, index) => value === newest.different[index])
    const otherBefore = isRun ? newest.otherBefore : bucket.end - 1
    return { held, bucket, different: values, hasDynamic: hasDynamicField(event), otherBefore }
  }

  /** Forgets what is too old for every search at `nowMs` or later; returns how many entries went. */
  expire(nowMs: number): number {
    let gone = 0
    while (nowMs - this.oldestMs > this.#correlation.timeframeMs) gone += this.dropOldest()
    return gone
  }

  /** 1, or 0 when there was nothing to drop. */
  dropOldest(): number {
    const entry = this.#queue[this.#queueStart]
    if (!entry) return 0
    this.#queueStart += 1
    if (this.#queueStart > 64 && this.#queueStart * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#queueStart)
      this.#queueStart = 0
    }
    entry.bucket.shift()
    if (entry.bucket.start === entry.bucket.end) this.#buckets.delete(entry.bucket.key)
    return 1
  }

  /** Counts backwards from the newest event. On success the newest counted one becomes a barrier. */
  search(event: DecodedEvent, nowMs: number): Found | undefined {
    const needed = this.#correlation.frequency - 1
    if (this.size < needed) return undefined
    const key = this.#keyOf(event)
    const bucket = key === undefined ? undefined : this.#buckets.get(key)
    if (!bucket || bucket.end - Math.max(bucket.start, bucket.blocked + 1) < needed) return undefined
    const nearest = bucket.at(bucket.end - needed)
    if (nearest && this.#isTooOld(nearest, nowMs)) return undefined
    const { different, needsDynamic } = this.#correlation
    const counted =
      different.length === 0 && !needsDynamic
        ? this.#countAll(bucket, needed, nowMs)
        : this.#countDifferent(bucket, { event, needed, nowMs })
    return counted && this.#fire(counted)
  }

  #countAll(bucket: Bucket, needed: number, nowMs: number): Entry[] | undefined {
    const counted: Entry[] = []
    for (let index = bucket.end - 1; counted.length < needed; index--) {
      const entry = bucket.at(index)
      if (!entry || this.#isTooOld(entry, nowMs)) return undefined
      if (entry.held.matched >= this.#level) {
        bucket.blocked = index
        return undefined
      }
      counted.push(entry)
    }
    return counted
  }

  #countDifferent(
    bucket: Bucket,
    search: { readonly event: DecodedEvent; readonly needed: number; readonly nowMs: number },
  ): Entry[] | undefined {
    const { needsDynamic } = this.#correlation
    const values = this.#correlation.different.map((compared) => compared.read(search.event))
    const needsTheirs = needsDynamic && !hasDynamicField(search.event)
    const counted: Entry[] = []
    for (let index = bucket.end - 1; index >= bucket.start;) {
      const entry = bucket.at(index)
      if (!entry || this.#isTooOld(entry, search.nowMs)) return undefined
      const isEqual = values.some((value, at) => value !== undefined && value === entry.different[at])
      index = isEqual ? entry.otherBefore : index - 1
      if (isEqual || (needsTheirs && !entry.hasDynamic)) continue
      if (entry.held.matched >= this.#level) return undefined
      counted.push(entry)
      if (counted.length === search.needed) return counted
    }
    return undefined
  }

  #fire(counted: readonly Entry[]): Found {
    // With a frequency of 2 nothing is marked, so it fires on every further event.
    if (counted.length > 1 && counted[0]) counted[0].held.matched = this.#level
    const shown = this.#correlation.source.kind === 'regex' ? counted.slice(0, -1) : counted
    return { lines: shown.slice(0, 11).map((entry) => entry.held.text) }
  }

  #isTooOld(entry: Entry, nowMs: number): boolean {
    return nowMs - entry.held.arrivalMs > this.#correlation.timeframeMs
  }

  /** `undefined`: a value that `same_*` compares is absent, so nothing can be equal to it. */
  #keyOf(event: DecodedEvent): string | undefined {
    const { globalFrequency, same, source } = this.#correlation
    let key = globalFrequency ? '' : event.agent.id
    if (source.kind === 'regex') key += `\0${event.decoder?.category ?? 'syslog'}`
    for (const compared of same) {
      const value = compared.read(event)
      if (value === undefined) return undefined
      // Lengths keep ("a\0b", "c") and ("a", "b\0c") apart.
      key += `\0${value.length}:${value}`
    }
    return key
  }
}

function hasDynamicField(event: DecodedEvent): boolean {
  for (const _ of event.fields.entries()) return true
  return false
}
