import type { Place } from '../dialect/problem.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { Evaluation } from './evaluation.ts'

/** A literal test on one value of the event, for indexes that skip rules without trying them. */
export interface Equality {
  /** What is compared: `decoder`, `fixed:action`, `dynamic:docker.action`. */
  readonly subject: string
  /** The value must be one of these. */
  readonly values: readonly ByteString[]
  /** Values are lower case and compare so (ASCII). */
  readonly ignoresCase: boolean
}

/** One test of a rule, compiled. */
export interface Condition {
  /** As its author wrote it: `match`, `field docker.Action`, `frequency`. */
  readonly element: string
  /** What would hold, for explanations: `one of ^start$, case-insensitive`. */
  readonly expected: string
  readonly at: Place
  readonly negated: boolean
  /** When known: the condition can only hold if this does. */
  readonly equality: Equality | undefined
  test(evaluation: Evaluation): boolean
  /** The value that was tested; `undefined` when the event has none. */
  actual(evaluation: Evaluation): ByteString | undefined
}
