import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import { type DiffContent, DiffStore } from './diff-store.ts'
import { FirstSeen } from './first-seen.ts'
import type { Rule } from './rule.ts'
import type { Memory } from './rule-set.ts'
import { Window, type Found, type Held } from './window.ts'

export interface MemoryOptions {
  /**
   * `daemon` is what a manager does. `logtest` shows level 0, keeps the ignored rule, and never resets counters by the
   * hour (spec/rules.md §8.1).
   */
  readonly mode: 'daemon' | 'logtest'
  /** Events held for correlation at most; the oldest of the biggest window go first. */
  readonly limit: number
  /** First-time-seen keys from an earlier run. */
  readonly firstSeen?: Iterable<ByteString>
  /** Called once for every key that is new. */
  readonly onFirstSeen?: (key: ByteString) => void
  /** Contents for `check_diff` from an earlier run, the latest last. */
  readonly diff?: Iterable<DiffContent>
  /** Called for every content that is new. */
  readonly onDiff?: (content: DiffContent) => void
}

export const defaultMemoryOptions: MemoryOptions = { mode: 'daemon', limit: 65_536 }

/** Everything that evaluation remembers between events. Belongs to one rule set. */
export class EngineMemory implements Memory {
  readonly mode: MemoryOptions['mode']
  readonly limit: number
  readonly firedTimes: Uint32Array
  /** Arrival of the last event that a rule with `ignore` let through; NaN when there is none. */
  readonly ignoreSince: Float64Array
  readonly firstSeen: FirstSeen
  readonly diff: DiffStore
  #held = 0
  #evicted = 0
  #hour = NaN
  #quarter = NaN
  readonly #windows = new Map<Rule, Window>()
  readonly #inTurn: Window[] = []
  #sequence = -1
  #turn = 0

  constructor(ruleCount: number, options: MemoryOptions) {
    this.mode = options.mode
    this.limit = options.limit
    this.firedTimes = new Uint32Array(ruleCount)
    this.ignoreSince = new Float64Array(ruleCount).fill(NaN)
    this.firstSeen = new FirstSeen(options.firstSeen ?? [], options.onFirstSeen)
    this.diff = new DiffStore(options.diff, options.onDiff)
  }

  get held(): number {
    return this.#held
  }

  /** Events dropped before their time because the limit was reached, since the start. */
  get evicted(): number {
    return this.#evicted
  }

  /** Counters start again with every hour of the server's clock (spec/rules.md §4.11). */
  enterQuarter(nowMs: number, hourOf: (atMs: number) => number): void {
    // Zones differ by quarters of an hour: within one the hour cannot change.
    const quarter = Math.floor(nowMs / 900_000)
    if (quarter === this.#quarter) return
    this.#quarter = quarter
    const hour = hourOf(nowMs)
    if (hour === this.#hour) return
    if (!Number.isNaN(this.#hour)) this.firedTimes.fill(0)
    this.#hour = hour
  }

  /** What the next alert gets as its number behind the dot. */
  get nextNumber(): number {
    return this.#sequence + 1
  }

  /** Ids must never repeat, whatever was numbered while memory was rebuilt. */
  numberFrom(next: number): void {
    this.#sequence = next - 1
  }

  /** The number in the id of an event: one that is no alert repeats that of the latest one (spec/rules.md §6.3). */
  takeNumber(isAlert: boolean): number {
    if (isAlert) this.#sequence += 1
    return Math.max(this.#sequence, 0)
  }

  search(rule: Rule, event: DecodedEvent, nowMs: number): Found | undefined {
    return this.#windows.get(rule)?.search(event, nowMs)
  }

  /** Keeps an alerted event for the rules that count it (spec/rules.md §4.5, step 7). */
  hold(event: DecodedEvent, consumers: readonly Rule[], matched: number): void {
    const held: Held = {
      arrivalMs: event.raw.receivedAtMs,
      text: event.forwardedText ?? event.raw.text,
      matched,
    }
    for (const rule of consumers) {
      const window = this.#windowOf(rule)
      if (!window) continue
      this.#held -= window.expire(held.arrivalMs)
      if (window.add(event, held)) this.#held += 1
    }
    this.#expireNext(held.arrivalMs)
    while (this.#held > this.limit) this.#evict()
  }

  /** Made when the first event is counted; `undefined` for a rule that was overwritten by one that counts nothing. */
  #windowOf(rule: Rule): Window | undefined {
    const known = this.#windows.get(rule)
    const { correlation, level } = rule.body
    if (known || !correlation) return known
    const window = new Window(correlation, level)
    this.#windows.set(rule, window)
    this.#inTurn.push(window)
    return window
  }

  /** One window at a time, so that those which nothing reaches any more are emptied too. */
  #expireNext(nowMs: number): void {
    this.#turn = (this.#turn + 1) % Math.max(this.#inTurn.length, 1)
    this.#held -= this.#inTurn[this.#turn]?.expire(nowMs) ?? 0
  }

  #evict(): void {
    let biggest = this.#inTurn[0]
    for (const window of this.#inTurn) if (window.size > (biggest?.size ?? 0)) biggest = window
    const gone = biggest?.dropOldest() ?? 0
    this.#held -= gone
    this.#evicted += gone
  }
}
