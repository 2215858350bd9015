import type { ByteString } from '../../event/byte-string.ts'
import { isNumberText, longestNumber } from './number-text.ts'

/** Results of `endOf…` that are no positions. */
export const notJson = -1
export const unusual = -2

const quote = 0x22
const letterU = 0x75

function set(units: string): Uint8Array {
  const bytes = new Uint8Array(256)
  for (const unit of units) bytes[unit.charCodeAt(0)] = 1
  return bytes
}
const digits = set('0123456789')
const numberBytes = set('+-.eE0123456789')
const hexDigits = set('0123456789abcdefABCDEF')
const escapes = set('"\\/bfnrt')

/** Stands behind the text: it is in no UTF-8 and ends every loop but that over strings. */
const endMark = 0xff

/** 1 for bytes that stand for themselves in a string, whatever they are. */
export const inString = new Uint8Array(256).fill(1)
for (const unit of '"\\\xff') inString[unit.charCodeAt(0)] = 0

/** Longer texts do not fit. Sources cut events before (1 MiB). */
export const longestText = 1 << 20

let length = 0
let loaded: ByteString = ''

/**
 * The bytes of the text at hand. One buffer that never moves: reads from a constant array are twice as fast as
 * from a variable one, and several times faster than from a string (bench/decode).
 */
export const bytes = Buffer.alloc(longestText + 8).fill(endMark, 0, 1)
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Whether the text at hand has these bytes at `from`: a quarter of the reads that comparing bytes takes. */
export function isAt(words: Int32Array, lastMask: number, from: number): boolean {
  const last = words.length - 1
  let at = from
  let index = 0
  for (; index + 1 < last; index += 2, at += 8) {
    const first = view.getInt32(at, true) ^ (words[index] ?? 0)
    if ((first | (view.getInt32(at + 4, true) ^ (words[index + 1] ?? 0))) !== 0) return false
  }
  if (index < last) {
    if (view.getInt32(at, true) !== words[index]) return false
    at += 4
  }
  return (view.getInt32(at, true) & lastMask) === words[last]
}

export function loadText(text: ByteString): void {
  // Nearly always the document of an event is written before the next event is read.
  if (text === loaded) return
  loaded = text
  bytes.write(text, 0, text.length, 'latin1')
  length = text.length
  bytes[length] = endMark
}

/** Where bytes may be put that are none of the text. */
export function behindText(): number {
  return length + 1
}

/** Behind the byte order mark of UTF-8, when there is one. */
export function afterMark(from: number): number {
  return bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from
}

export function afterSpace(from: number): number {
  let at = from
  while ((bytes[at] ?? endMark) <= 32) at += 1
  return at
}

/** The closing quote. */
export function endOfString(from: number): number {
  let at = from
  for (;;) {
    while (inString[bytes[at] ?? 0] === 1) at += 1
    const byte = bytes[at] ?? 0
    if (byte === quote) return at
    if (at >= length) return notJson
    if (byte === endMark) {
      at += 1
      continue
    }
    const escape = bytes[at + 1] ?? 0
    if (escapes[escape] !== 1) {
      // Surrogates and bad digits have consequences that depend on what follows.
      if (escape !== letterU) return notJson
      if (!isPlainUnicode(at + 2)) return unusual
    }
    at += 2
  }
}

function isPlainUnicode(from: number): boolean {
  for (let at = from; at < from + 4; at += 1) if (hexDigits[bytes[at] ?? 0] !== 1) return false
  const isSurrogate = ((bytes[from] ?? 0) | 32) === 0x64 && (bytes[from + 1] ?? 0) > 0x37
  return !isSurrogate
}

/** A number, `true`, `false` or `null`. */
export function endOfScalar(from: number): number {
  const first = bytes[from] ?? 0
  if (digits[first] === 1 || first === 0x2d) return endOfNumber(from)
  if (first === 0x74) return endOfWord(from, 'true')
  if (first === 0x66) return endOfWord(from, 'false')
  return endOfWord(from, 'null')
}

function endOfNumber(from: number): number {
  let at = from
  while (digits[bytes[at] ?? 0] === 1) at += 1
  if (at > from && numberBytes[bytes[at] ?? 0] === 0) return at - from <= longestNumber ? at : notJson
  while (numberBytes[bytes[at] ?? 0] === 1 && at - from <= longestNumber) at += 1
  return isNumberText(bytes.toString('latin1', from, at)) ? at : notJson
}

function endOfWord(from: number, word: string): number {
  for (let at = 0; at < word.length; at += 1) if (bytes[from + at] !== word.charCodeAt(at)) return notJson
  return from + word.length
}
