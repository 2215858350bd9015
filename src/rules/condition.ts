import type { Literal } from '../dialect/pattern.ts'
import type { Place } from '../dialect/problem.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { Evaluation } from './evaluation.ts'

/** A condition on one value of the event; for indexes that skip rules without trying them. */
export interface TestedValue {
  /** Which value: `decoded_as`, `action`, `field docker.action`. Equal subjects read equal values. */
  readonly subject: string
  readonly read: (event: DecodedEvent) => ByteString | undefined
  /** False when the condition cannot hold for this value. */
  readonly holds: (value: ByteString) => boolean
  /** Unless false: the condition holds when `holds` says so, it depends on nothing else. */
  readonly isAll?: boolean
  /** Upper and lower case (ASCII) make no difference. */
  readonly ignoresCase: boolean
  /** The only values for which it holds, in lower case (ASCII), when they are known. */
  readonly only: readonly ByteString[] | undefined
  /** One of these holds for the value in lower case (ASCII) whenever the condition does; absent: nothing is known. */
  readonly literals?: readonly Literal[] | undefined
}

/** One test of a rule, compiled. */
export interface Condition {
  /** As its author wrote it: `match`, `field docker.Action`, `frequency`. */
  readonly element: string
  /** What would hold, for explanations: `one of ^start$, case-insensitive`. */
  readonly expected: string
  readonly at: Place
  readonly negated: boolean
  /** A value that can rule the condition out. An absent value fails. */
  readonly tested: TestedValue | undefined
  /** What a linter may ask: `tested`, or for conditions on the whole text, which no index is made of, that text. */
  readonly about: TestedValue | undefined
  /** The condition holds only when the text of the event contains one of these, in lower case (ASCII). */
  readonly needs?: readonly ByteString[] | undefined
  test(evaluation: Evaluation): boolean
  /** The value that was tested; `undefined` when the event has none. */
  actual(evaluation: Evaluation): ByteString | undefined
}

/** Whether it depends on one value and nothing else. */
export function dependsOnValue({ tested }: Condition): boolean {
  return tested !== undefined && tested.isAll !== false
}
