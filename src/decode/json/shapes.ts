import type { ByteString } from '../../event/byte-string.ts'
import { bytes as textBytes, endOfScalar, endOfString, isAt, loadText, longestText } from './json-bytes.ts'
import { hits, mostHits, scanned } from './json-scanner.ts'
import type { KeyTable } from './key-table.ts'
import { forgetLayouts, gaps, layout, mostValues, valueEnds, valueStarts } from './layout.ts'
import { type ArrayMark, type Gap, noHit, type Place } from './shape.ts'
import { ShapeReader } from './shape-reader.ts'

/** Gaps remembered behind one place, and in all: more would cost more to try than to read. */
const mostGaps = 24
const mostGapsInAll = 8192
/** So many gaps that cannot be remembered in one event are left to the scanner, */
const mostUnknown = 16
/** and after so many events in a row of that kind some are not even tried. */
const failuresBeforePause = 8
const pause = 64
/** When so many events had something that could not be remembered, others are common now: everything is learned anew. */
const failuresBeforeReset = 20_000

const letterN = 0x6e
/** 1 for bytes that begin a number, `true`, `false` or `null`. */
const isScalarStart = new Uint8Array(256)
for (const unit of '-0123456789tfn') isScalarStart[unit.charCodeAt(0)] = 1

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes

// State of one call of `find`.
let found = 0
let arrayStart = 0
/** The first backslash from the latest string on, or an earlier one; −1: there are none. */
let nextBackslash = -1

/**
 * Finds the values of known names in JSON texts that look like earlier ones. Events of one kind have the same bytes between their
 * values, so those are compared as strings, with the places of the values known in advance; only values are searched for their
 * end. Several times faster than reading each byte, and exactly as strict.
 */
export class Shapes {
  readonly table: KeyTable
  #root: Place = newRoot()
  #reader: ShapeReader
  #gaps = 0
  #unknown = 0
  #failures = 0
  #failuresInRow = 0
  #pause = 0

  constructor(table: KeyTable) {
    this.table = table
    this.#reader = new ShapeReader(table)
    forgetLayouts()
  }

  /** Fills `hits` and `scanned` as `scanJson` without a limit does; false when it is for the scanner to say what the text is. */
  find(text: ByteString, start: number, discardNulls: boolean): boolean {
    if (text.length > longestText) return false
    if (this.#pause > 0) {
      this.#pause -= 1
      return false
    }
    if (this.#find(text, start, discardNulls)) {
      this.#failuresInRow = 0
      if (this.#unknown > 0) this.#failed()
      return true
    }
    this.#failuresInRow += 1
    if (this.#failuresInRow >= failuresBeforePause) this.#pause = pause
    this.#failed()
    return false
  }

  /** Also when only a part was not known: what is common now may have come when nothing could be remembered any more. */
  #failed(): void {
    this.#failures += 1
    if (this.#failures < failuresBeforeReset) return
    this.#failures = 0
    this.#gaps = 0
    this.#root = newRoot()
    this.#reader = new ShapeReader(this.table)
    forgetLayouts()
  }

  #find(text: ByteString, start: number, discardNulls: boolean): boolean {
    loadText(text)
    nextBackslash = text.indexOf('\\', start)
    let place = this.#root
    let at = start
    let fields = 0
    let values = 0
    found = 0
    this.#unknown = 0
    layout.text = undefined
    for (;;) {
      const gap = gapAt(place, at) ?? this.#read(text, at, place)
      if (gap === undefined) return false
      if (gap.arrays !== undefined) putArrays(gap.arrays, at)
      fields += gap.fields
      at += gap.length
      gaps[values] = gap
      if (gap.next === undefined) break
      place = gap.next
      const valueStart = gap.opensString ? at - 1 : at
      at = gap.opensString ? afterString(text, at) : endOfScalar(at)
      if (at < 0 || found > mostHits) return false
      valueStarts[values] = valueStart
      valueEnds[values] = at
      values += 1
      if (discardNulls && bytes[valueStart] === letterN) continue
      fields += place.fields
      if (place.hit !== noHit) put(place.hit, valueStart, at)
    }
    if (values > mostValues) gaps.length = mostValues
    else if (this.#unknown === 0) keepLayout(text, start, discardNulls)
    scanned.hits = found
    scanned.dynamic = fields
    scanned.hasUser = false
    return found <= mostHits
  }

  #read(text: ByteString, at: number, place: Place): Gap | undefined {
    const gap = this.#reader.read(text, at, place)
    if (gap === undefined) return undefined
    if (place.isKept && place.gaps.length < mostGaps && this.#gaps < mostGapsInAll) {
      this.#gaps += 1
      place.gaps.push(gap)
    } else {
      this.#unknown += 1
      if (this.#unknown > mostUnknown) return undefined
    }
    return gap
  }
}

/** The gap that stands there, if it is one of the known ones. What is met most moves to the front. */
function gapAt({ gaps }: Place, at: number): Gap | undefined {
  for (let index = 0; index < gaps.length; index += 1) {
    const gap = gaps[index]
    if (gap === undefined || !isAt(gap.words, gap.lastMask, at)) continue
    if (gap.isBeforeScalar && isScalarStart[bytes[at + gap.length] ?? 0] !== 1) continue
    const before = index > 0 ? gaps[index - 1] : undefined
    if (before !== undefined) {
      gaps[index - 1] = gap
      gaps[index] = before
    }
    return gap
  }
  return undefined
}

/** Behind the quote that ends the string; negative: it does not end, or needs a closer look. */
function afterString(text: ByteString, from: number): number {
  const quote = text.indexOf('"', from)
  if (nextBackslash !== -1 && nextBackslash < quote) {
    if (nextBackslash < from) nextBackslash = text.indexOf('\\', from)
    if (nextBackslash !== -1 && nextBackslash < quote) {
      const end = endOfString(from)
      return end < 0 ? end : end + 1
    }
  }
  return quote < 0 ? quote : quote + 1
}

function putArrays(arrays: readonly ArrayMark[], at: number): void {
  for (const { start, end, place } of arrays) {
    if (start >= 0) arrayStart = at + start
    if (end >= 0 && place.hit !== noHit) put(place.hit, arrayStart, at + end)
  }
}

function keepLayout(text: ByteString, start: number, discardsNulls: boolean): void {
  layout.text = text
  layout.start = start
  layout.discardsNulls = discardsNulls
}

function put(hit: number, start: number, end: number): void {
  const at = found * 3
  found += 1
  hits[at] = hit
  hits[at + 1] = start
  hits[at + 2] = end
}

function newRoot(): Place {
  return {
    container: undefined,
    path: '',
    name: '',
    hit: noHit,
    fields: 0,
    isUnclear: false,
    gaps: [],
    isKept: true,
    object: undefined,
    array: undefined,
  }
}
