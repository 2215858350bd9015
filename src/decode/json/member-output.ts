import type { ByteString } from '../../event/byte-string.ts'
import { documentBytes, membersFrom } from '../../event/document-bytes.ts'
import { valueText } from '../../event/json-text.ts'
import { bytes as textBytes } from './json-bytes.ts'
import { deepestNesting } from './json-reader.ts'
import { valueAt } from './value-at.ts'
import { arrayText, behindArray, copyString, copyStrings, differs, endOfValue } from './value-copy.ts'

// Where the members of one object are put, one after the other, in `documentBytes`. False, and no end: they find no room.

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b

/** Longer texts are left to the slow way. */
export const longestInput = 128 * 1024

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes
const out = documentBytes
const outEnd = out.length

let to = membersFrom

export function startOutput(): void {
  to = membersFrom
}

export function outputText(): ByteString {
  return out.toString('latin1', membersFrom, to)
}

export function putOpening(): void {
  out[to++] = openBrace
}

export function putClosing(): void {
  out[to++] = closeBrace
}

/** Leaves room for what closes all open objects. */
function hasRoom(size: number): boolean {
  return to + size + deepestNesting + 16 < outEnd
}

/** A key of the text at hand. */
export function putKey(start: number, end: number): boolean {
  if (!hasRoom(end - start)) return false
  if (to > membersFrom && out[to - 1] !== openBrace) out[to++] = comma
  let at = to
  out[at++] = quote
  for (let from = start; from < end; from += 1) out[at++] = bytes[from] ?? 0
  out[at++] = quote
  out[at++] = colon
  to = at
  return true
}

export function putText(value: string): boolean {
  if (!hasRoom(value.length)) return false
  to += out.write(value, to, value.length, 'latin1')
  return true
}

/** The value that stands at `start` in the text at hand: behind it in the text; negative: only the slow way can tell. */
export function putValue(text: ByteString, start: number): number {
  // Nothing is longer after copying but numbers, and those are not long.
  if (!hasRoom(longestInput)) return -1
  const first = bytes[start] ?? 0
  if (first === openBracket)
    return isCopied(copyStrings(start, to)) || putText(arrayText(text, start)) ? behindArray : -1
  const end = endOfValue(start)
  const isDone =
    first === quote
      ? (bytes[start + 1] !== openBracket && isCopied(copyString(start + 1, end - 1, to))) ||
        putOther(text, start, end)
      : putText(`"${valueAt(text, start, end)}"`)
  return isDone ? end : -1
}

function isCopied(behind: number): boolean {
  if (behind === differs) return false
  to = behind
  return true
}

/** A string that is not copied. */
function putOther(text: ByteString, start: number, end: number): boolean {
  const value = valueAt(text, start, end)
  // Its key is put already.
  return value !== '' && putText(valueText(value))
}
