import type { ByteString } from '../../event/byte-string.ts'
import { wordsOf } from '../../event/byte-words.ts'
import { DataSkeletons, type Step, type StepKey } from '../../event/data-skeleton.ts'
import { documentBytes, membersFrom } from '../../event/document-bytes.ts'
import { jsonText, valueText } from '../../event/json-text.ts'
import { longestInteger, putFieldInteger, shortDigits } from './field-integer.ts'
import { bytes as textBytes } from './json-bytes.ts'
import { gaps as foundGaps, layout as found, valueEnds, valueStarts } from './layout.ts'
import { plainBytes } from './member-tables.ts'
import type { ArrayMark, Gap, Place } from './shape.ts'
import { valueAt } from './value-at.ts'
import { arrayText, copyString, copyStrings, copyWords, differs } from './value-copy.ts'

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const letterA = 0x61
const letterN = 0x6e
/** `\"` in memory. */
const escapedQuote = 0x225c

/** A byte of the message becomes six at most. */
const longestEscape = 6
/** What is written without a look at the room that is left. */
const spare = 128
/** Strings that are this short are written unit by unit. */
const shortText = 24
/** The same for values that must be looked at anyway. */
const shortValue = 64

/** Events in a row whose names follow each other in a new way, after which so many events are left to others. */
const newBeforePause = 8
const pause = 64

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes
const out = documentBytes
const outView = new DataView(out.buffer, out.byteOffset, out.length)
const gaps = foundGaps
const layout = found
const starts = valueStarts
const ends = valueEnds
const isPlain = plainBytes
const outEnd = out.length

const skeletons = new DataSkeletons()
let newInRow = 0
let paused = 0
let madeBefore = 0
let generation = 0

let step: Step = skeletons.root
/** Next free byte of the members. */
let to = membersFrom
/** Next free byte of the message; −1: it is not to be written. */
let messageAt = -1
let arrayStart = 0

/** Starts the `data` object of an event. False: it is better written in another way. */
export function beginData(): boolean {
  if (paused > 0) {
    paused -= 1
    return false
  }
  if (generation !== layout.generation) {
    // Its steps would keep places that are not asked for any more.
    generation = layout.generation
    skeletons.forget()
  }
  madeBefore = skeletons.made
  step = skeletons.root
  to = membersFrom
  return true
}

/** Where the object ends; nothing is there when it has no members. */
export function endData(): number {
  if (skeletons.made === madeBefore) newInRow = 0
  else if (++newInRow >= newBeforePause) paused = pause
  for (let { depth } = step; depth > 0; depth -= 1) out[to++] = 0x7d
  return to
}

/** Adds a field with its value as JSON text. False: only the slow way can tell. */
export function addText(name: ByteString, json: string): boolean {
  const next = skeletons.follow(step, name)
  if (next.isIrregular) return false
  step = next
  if (next.piece === undefined) return true
  if (!hasRoom(next, json.length)) return false
  putPiece(next)
  putText(json)
  return true
}

/** The same for a name that is asked for again and again. */
export function addField(key: StepKey, value: ByteString): boolean {
  const begun = begin(key, value.length)
  if (begun <= 0) return begun === 0
  if (putPlain(value)) return true
  const json = valueText(value)
  if (!hasRoom(step, json.length)) return false
  putText(json)
  return true
}

/** A short value that is the same in quotes; false, and nothing put, for any other. */
function putPlain(value: ByteString): boolean {
  if (value.length > shortValue || value.charCodeAt(0) === openBracket) return false
  let at = to
  out[at++] = quote
  for (let index = 0; index < value.length; index += 1) {
    const byte = value.charCodeAt(index)
    if (isPlain[byte] !== 1) return false
    out[at++] = byte
  }
  out[at++] = quote
  to = at
  return true
}

/**
 * Adds the fields of the text that was read last; the text itself, as JSON string, is put at `messageFrom` when that is not negative. Where
 * that ends; negative: only the slow way can tell.
 */
export function addLayout(messageFrom: number): number {
  const text = layout.text ?? ''
  if (messageFrom >= 0) {
    if (messageFrom + text.length * longestEscape + spare > membersFrom) return -1
    out[messageFrom] = quote
    messageAt = escape(0, layout.start, messageFrom + 1)
  } else messageAt = -1
  const end = addValues()
  if (end < 0) return -1
  if (messageFrom < 0) return 0
  messageAt = escape(end, text.length, messageAt)
  out[messageAt++] = quote
  return messageAt
}

/** Where the object ends in the text. */
function addValues(): number {
  let at = layout.start
  for (let index = 0; ; index += 1) {
    const gap = gaps[index]
    if (gap === undefined) return -1
    if (messageAt >= 0) putGap(gap)
    if (gap.arrays !== undefined && !addArrays(gap.arrays, at)) return -1
    const place = gap.next
    if (place === undefined) return at + gap.length
    if (place.isUnclear) return -1
    const start = starts[index] ?? 0
    at = ends[index] ?? 0
    if (messageAt >= 0) putValue(start, at, gap.opensString)
    if (place.fields === 0) continue
    if (!(gap.opensString ? addString(place, start + 1, at - 1) : addScalar(place, start, at))) return -1
  }
}

function putGap(gap: Gap): void {
  const escaped = gap.escaped ?? escapedGap(gap)
  const { words } = escaped
  let at = messageAt
  for (let index = 0; index < words.length; index += 1, at += 4) outView.setInt32(at, words[index] ?? 0, true)
  messageAt += escaped.length
}

function escapedGap(gap: Gap): NonNullable<Gap['escaped']> {
  const { words, length } = gap
  const text = Buffer.from(words.buffer, words.byteOffset, length).toString('latin1')
  return (gap.escaped = wordsOf(jsonText(text).slice(1, -1)))
}

/** A value of the message. The quote before a string is part of the gap, the one behind it is part of the string. */
function putValue(start: number, end: number, isString: boolean): void {
  if (!isString) {
    copyWords(start, messageAt, end)
    messageAt += end - start
    return
  }
  const from = start + 1
  const size = end - 1 - from
  messageAt = copyWords(from, messageAt, end - 1) ? messageAt + size : escape(from, end - 1, messageAt)
  outView.setInt16(messageAt, escapedQuote, true)
  messageAt += 2
}

/** Copies bytes of the text as they are inside a JSON string: behind the copy. */
function escape(from: number, end: number, target: number): number {
  let copy = target
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (isPlain[byte] === 1) out[copy++] = byte
    else if (byte === quote || byte === backslash) {
      out[copy++] = backslash
      out[copy++] = byte
    } else {
      const escaped = jsonText(String.fromCharCode(byte))
      for (let index = 1; index < escaped.length - 1; index += 1) out[copy++] = escaped.charCodeAt(index)
    }
  }
  return copy
}

function putPiece({ words, length }: Step): void {
  let at = to
  const count = words.length
  for (let index = 0; index < count; index += 1, at += 4) outView.setInt32(at, words[index] ?? 0, true)
  to += length
}

function putText(text: string): void {
  if (text.length > shortText) to += out.write(text, to, text.length, 'latin1')
  else for (let index = 0; index < text.length; index += 1) out[to++] = text.charCodeAt(index)
}

/** For a value and for what closes all objects behind it. */
function hasRoom({ length, depth }: Step, size: number): boolean {
  return to + length + size + depth + spare <= outEnd
}

/** Room for a value of `size` bytes and what comes before it; 0: the field is left out; −1: only the slow way can tell. */
function begin(key: StepKey, size: number): number {
  const next = skeletons.followKey(step, key)
  if (next.isIrregular || !hasRoom(next, size)) return -1
  step = next
  if (next.piece === undefined) return 0
  putPiece(next)
  return 1
}

function addString(place: Place, from: number, end: number): boolean {
  if (from === end) return true
  if (bytes[from] === openBracket) return addOther(place, from - 1, end + 1)
  const before = step
  const beforeTo = to
  const begun = begin(place, end - from)
  if (begun <= 0) return begun === 0
  const behind = copyString(from, end, to)
  if (behind !== differs) {
    to = behind
    return true
  }
  step = before
  to = beforeTo
  return addOther(place, from - 1, end + 1)
}

/** Any value. */
function addOther(place: Place, start: number, end: number): boolean {
  const value = valueAt(layout.text ?? '', start, end)
  if (value === '') return true
  const json = valueText(value)
  const begun = begin(place, json.length)
  if (begun === 1) putText(json)
  return begun >= 0
}

function addScalar(place: Place, start: number, end: number): boolean {
  const first = bytes[start] ?? 0
  if (first === letterN && layout.discardsNulls) return true
  const isWord = first >= letterA
  if (!isWord && !isInteger(start, end)) return addOther(place, start, end)
  const begun = begin(place, end - start)
  if (begun <= 0) return begun === 0
  out[to++] = quote
  if (isWord || end - start <= shortDigits) {
    copyWords(start, to, end)
    to += end - start
  } else to = putFieldInteger(start, end, to)
  out[to++] = quote
  return true
}

/** An integer without zeros before it that `putFieldInteger` can print. */
function isInteger(start: number, end: number): boolean {
  if (end - start > longestInteger || bytes[start] === 0x30) return end - start === 1
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

function addArrays(marks: readonly ArrayMark[], at: number): boolean {
  for (const { start, end, place } of marks) {
    if (start >= 0) arrayStart = at + start
    if (place.isUnclear) return false
    if (end >= 0 && place.fields === 1 && !addArray(place, arrayStart, at + end)) return false
  }
  return true
}

function addArray(place: Place, start: number, end: number): boolean {
  const begun = begin(place, end - start)
  if (begun <= 0) return begun === 0
  const behind = copyStrings(start, to)
  if (behind !== differs) {
    to = behind
    return true
  }
  const json = arrayText(layout.text ?? '', start)
  if (!hasRoom(step, json.length)) return false
  putText(json)
  return true
}
