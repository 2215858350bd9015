import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import { lowerAscii } from '../event/field-key.ts'
import type { EngineMemory } from './memory.ts'
import type { Rule } from './rule.ts'
import type { Trace } from './trace.ts'

const most = 11

/** What is known of one event while the tree is walked. */
export class Evaluation {
  readonly event: DecodedEvent
  readonly memory: EngineMemory
  /** Milliseconds: arrival of the event. */
  readonly nowMs: number
  /** Level of the last correlation rule whose search succeeded: a barrier for later searches (spec/rules.md §4.7). */
  matched = 0
  /** Lines of `previous_output`, newest first. */
  previous: ByteString[] = []
  /** Content that `check_diff` replaced. */
  previousLog: ByteString | undefined = undefined
  /** The direct parent of the final rule. */
  parentRule: Rule | undefined = undefined
  firedTimes = 0
  #lowerLog: ByteString | undefined = undefined
  readonly trace: Trace | undefined

  constructor(event: DecodedEvent, memory: EngineMemory, trace: Trace | undefined) {
    this.event = event
    this.memory = memory
    this.nowMs = event.raw.receivedAtMs
    this.trace = trace
  }

  /** ASCII lower case of the text that `match` and `regex` see. */
  get lowerLog(): ByteString {
    this.#lowerLog ??= lowerAscii(this.event.log)
    return this.#lowerLog
  }

  /** The rule is the one that the event is attributed to. */
  count({ index }: Rule): void {
    const { firedTimes } = this.memory
    this.firedTimes = firedTimes[index] = (firedTimes[index] ?? 0) + 1
  }

  /** Adds what a successful search found, from slot `previous.length` on: slots are written once (spec/rules.md §4.7). */
  remember(lines: readonly ByteString[]): void {
    for (let slot = this.previous.length; slot < lines.length && slot < most; slot++)
      this.previous.push(lines[slot] ?? '')
  }
}
