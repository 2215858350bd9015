import type { ByteString } from '../../event/byte-string.ts'
import type { Gap } from './shape.ts'

/** Texts with more values are not remembered. */
export const mostValues = 4096

/** Where the values of the text that was read last are, until another one is read. */
export const layout: {
  /** `undefined`: it is not known of the last text. */
  text: ByteString | undefined
  start: number
  discardsNulls: boolean
  /** Another number: the places and gaps of before stand in no later text, and are not to be kept. */
  generation: number
} = { text: undefined, start: 0, discardsNulls: false, generation: 0 }
/** What stands before each value and, at last, behind all of them. Those behind the one that ends the object are older. */
export const gaps: Gap[] = []
/** With the quotes of strings. */
export const valueStarts = new Int32Array(mostValues + 1)
export const valueEnds = new Int32Array(mostValues + 1)

/** What was known of texts is learned anew. */
export function forgetLayouts(): void {
  layout.text = undefined
  layout.generation += 1
  gaps.length = 0
}
