import type { ByteString } from '../../event/byte-string.ts'
import { type ByteWords, wordsOf } from '../../event/byte-words.ts'

/** Of a value that no rule asks for. */
export const noHit = 0x7fffffff

/** An object or array around values. */
export interface Container {
  /** The place whose value it is; `undefined`: the whole text. */
  readonly of: Place | undefined
  readonly isObject: boolean
  readonly depth: number
  /** What is inside an array gives no fields of its own. */
  readonly isInArray: boolean
  /** By key; all elements of an array are one place. */
  readonly places: Map<ByteString, Place>
}

/** Where a value can stand. The same for all texts that have a value under this path. */
export interface Place {
  readonly container: Container | undefined
  /** Lower-case path. */
  readonly path: ByteString
  /** The same as written: the name of the field. */
  readonly name: ByteString
  /** Index of the name in the table of keys, `-1 - index` for static fields, or `noHit`. */
  readonly hit: number
  /** 1 when a value here is a dynamic field. */
  readonly fields: number
  /** What it is depends on other fields: `user`. */
  readonly isUnclear: boolean
  /** What was seen between a value here and the next value. */
  readonly gaps: Gap[]
  /** Later texts find it again. */
  readonly isKept: boolean
  object: Container | undefined
  array: Container | undefined
}

interface GapParts {
  readonly text: ByteString
  readonly next: Place | undefined
  readonly opensString: boolean
  readonly fields: number
  readonly arrays: readonly ArrayMark[] | undefined
}

/** The text between two values: it says which value comes next. */
export class Gap {
  readonly length: number
  /** The text, four bytes each, and which bits of the last word count. */
  readonly words: Int32Array
  readonly lastMask: number
  /** `undefined`: the object ends with this text. */
  readonly next: Place | undefined
  /** The text ends with the quote that opens the next value. */
  readonly opensString: boolean
  /** The next value is a number or word, whose first byte must follow. */
  readonly isBeforeScalar: boolean
  /** Dynamic fields that end in this text: arrays. */
  readonly fields: number
  /** Arrays that begin or end in this text; most gaps have none. */
  readonly arrays: readonly ArrayMark[] | undefined
  /** The text inside of a JSON string; made when it is first needed. */
  escaped: ByteWords | undefined = undefined

  constructor({ text, next, opensString, fields, arrays }: GapParts) {
    const { length, words, lastMask } = wordsOf(text)
    this.length = length
    this.words = words
    this.lastMask = lastMask
    this.next = next
    this.opensString = opensString
    this.isBeforeScalar = next !== undefined && !opensString
    this.fields = fields
    this.arrays = arrays
  }
}

/** Offsets in the gap. */
export interface ArrayMark {
  /** −1: it began in an earlier gap. */
  readonly start: number
  /** −1: it goes on behind this gap. */
  readonly end: number
  readonly place: Place
}
