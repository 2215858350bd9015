import type { ByteString } from '../../event/byte-string.ts'
import { documentBytes } from '../../event/document-bytes.ts'
import { valueText } from '../../event/json-text.ts'
import { endOfArray } from './array-bytes.ts'
import { afterSpace, bytes as textBytes, endOfScalar } from './json-bytes.ts'
import { plainBytes, sameEscapes } from './member-tables.ts'
import { valueAt } from './value-at.ts'

// Copies values of the text at hand, which was checked before, into documents: from there, to the place in `documentBytes`.

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBracket = 0x5b
const closeBracket = 0x5d

/** The value is written in another way in documents; nothing that was put is to be kept. */
export const differs = -1
/** Where the array that was copied last ends in the text. */
export let behindArray = 0

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const out = documentBytes
const outView = new DataView(out.buffer, out.byteOffset, out.length)
const isPlain = plainBytes
const isSameEscape = sameEscapes

/** Copies bytes, and up to seven more; whether nothing of them needs an escape. Quotes are not looked for. */
export function copyWords(from: number, target: number, end: number): boolean {
  let special = 0
  let copy = target
  let at = from
  // Two words at a time take half as long as one.
  for (; at + 4 < end; at += 8, copy += 8) {
    const first = view.getInt32(at, true)
    const second = view.getInt32(at + 4, true)
    outView.setInt32(copy, first, true)
    outView.setInt32(copy + 4, second, true)
    const firstSlashes = first ^ 0x5c5c5c5c
    const secondSlashes = second ^ 0x5c5c5c5c
    // The highest bit of a byte below a space, and of a zero, is set (and perhaps of others, but never without one of them).
    special |=
      ((first - 0x20202020) & ~first) |
      ((second - 0x20202020) & ~second) |
      ((firstSlashes - 0x01010101) & ~firstSlashes) |
      ((secondSlashes - 0x01010101) & ~secondSlashes)
  }
  if (at < end) {
    const last = view.getInt32(at, true)
    const slashes = last ^ 0x5c5c5c5c
    outView.setInt32(copy, last, true)
    special |= ((last - 0x20202020) & ~last) | ((slashes - 0x01010101) & ~slashes)
  }
  return (special & 0x80808080) === 0
}

/** Copies a string, whose content is given, with its quotes: behind it, or `differs`. */
export function copyString(from: number, end: number, target: number): number {
  out[target] = quote
  if (!copyWords(from, target + 1, end) && !hasSameEscapes(from, end)) return differs
  const behind = target + 1 + end - from
  out[behind] = quote
  return behind + 1
}

function hasSameEscapes(from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (isPlain[byte] === 1) continue
    at += 1
    if (byte !== backslash || isSameEscape[bytes[at] ?? 0] !== 1) return false
  }
  return true
}

/** Copies an array of nothing but strings: behind it, or `differs`. */
export function copyStrings(start: number, target: number): number {
  let to = target
  out[to++] = openBracket
  let at = afterSpace(start + 1)
  while (bytes[at] === quote) {
    const end = closingQuote(at + 1)
    to = copyString(at + 1, end, to)
    if (to === differs) return differs
    at = afterSpace(end + 1)
    if (bytes[at] !== comma) break
    out[to++] = comma
    at = afterSpace(at + 1)
  }
  out[to++] = closeBracket
  behindArray = at + 1
  return bytes[at] === closeBracket ? to : differs
}

/** Behind any value but an object. */
export function endOfValue(start: number): number {
  const first = bytes[start] ?? 0
  if (first === openBracket) return endOfArray(start).end
  return first === quote ? closingQuote(start + 1) + 1 : endOfScalar(start)
}

/** The quote at the end of a string. */
function closingQuote(from: number): number {
  let at = from
  while (bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at
}

/** Any array as JSON text. */
export function arrayText(text: ByteString, start: number): string {
  const { end, isExact } = endOfArray(start)
  behindArray = end
  if (isExact) {
    try {
      return JSON.stringify(JSON.parse(text.slice(start, end)))
    } catch {
      // Laxer than JSON: as everything else.
    }
  }
  return valueText(valueAt(text, start, end))
}
