import type { ByteString } from '../../event/byte-string.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { KeyTable } from './key-table.ts'
import { type ArrayMark, type Container, Gap, noHit, type Place } from './shape.ts'

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const openBracket = 0x5b
/** Closing brackets are the byte two after their opening ones. */
const toCloser = 2

/** Deeper objects, longer gaps and longer paths are left to the scanner. */
const deepest = 64
const longestGap = 512
const longestPath = 1024

/** More places are not remembered. */
const mostPlaces = 4096

/** Reads what stands between two values byte by byte, where no known gap does. */
export class ShapeReader {
  readonly #table: KeyTable
  #places = 0
  #text: ByteString = ''
  #from = 0
  #at = 0
  #fields = 0
  #arrays: ArrayMark[] = []

  constructor(table: KeyTable) {
    this.#table = table
  }

  /** What follows the value at the place, from `from` on; `undefined`: only the scanner can tell. */
  read(text: ByteString, from: number, place: Place): Gap | undefined {
    this.#text = text
    this.#from = from
    this.#at = from
    this.#fields = 0
    this.#arrays = []
    if (place.container === undefined) return this.#begin(place)
    return this.#afterValue(place.container)
  }

  #begin(place: Place): Gap | undefined {
    if (this.#text.startsWith('\xef\xbb\xbf', this.#at)) this.#at += 3
    this.#skipSpace()
    if (this.#code() !== openBrace) return undefined
    return this.#valueAt(place)
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at)
  }

  #skipSpace(): void {
    while (this.#code() <= 32) this.#at += 1
  }

  /** Commas and closing brackets, then a key or value. */
  #afterValue(container: Container): Gap | undefined {
    let around: Container = container
    for (;;) {
      this.#skipSpace()
      const code = this.#code()
      this.#at += 1
      if (code === comma) return this.#nextMember(around)
      if (code !== (around.isObject ? openBrace : openBracket) + toCloser) return undefined
      const { of } = around
      if (of?.container === undefined) return this.#gap(undefined, false)
      if (!around.isObject && !of.container.isInArray) this.#endArray(of, -1)
      around = of.container
    }
  }

  #endArray(place: Place, start: number): void {
    this.#fields += place.fields
    this.#arrays.push({ start, end: this.#at - this.#from, place })
  }

  #nextMember(container: Container): Gap | undefined {
    this.#skipSpace()
    if (!container.isObject) return this.#valueAt(this.#placeIn(container, ''))
    if (this.#code() !== quote) return undefined
    const start = this.#at + 1
    const end = this.#text.indexOf('"', start)
    if (end < 0 || end - this.#from > longestGap) return undefined
    const key = this.#text.slice(start, end)
    if (key.includes('\\') || key.includes('\xff')) return undefined
    this.#at = end + 1
    this.#skipSpace()
    if (this.#code() !== colon) return undefined
    this.#at += 1
    this.#skipSpace()
    return this.#valueAt(this.#placeIn(container, key))
  }

  #valueAt(place: Place): Gap | undefined {
    const code = this.#code()
    if (code === quote) {
      this.#at += 1
      return this.#gap(place, true)
    }
    if (code !== openBrace && code !== openBracket) return this.#gap(place, false)
    const start = this.#at - this.#from
    this.#at += 1
    this.#skipSpace()
    const isObject = code === openBrace
    const isField = !isObject && place.container?.isInArray === false
    if (this.#code() === code + toCloser) {
      this.#at += 1
      if (isField) this.#endArray(place, start)
      return place.container === undefined ? this.#gap(undefined, false) : this.#afterValue(place.container)
    }
    const inside = containerAt(place, isObject)
    if (inside.depth > deepest) return undefined
    if (isField) this.#arrays.push({ start, end: -1, place })
    return isObject ? this.#nextMember(inside) : this.#valueAt(this.#placeIn(inside, ''))
  }

  #gap(next: Place | undefined, opensString: boolean): Gap | undefined {
    if (this.#at - this.#from > longestGap || (next?.path.length ?? 0) > longestPath) return undefined
    const arrays = this.#arrays.length > 0 ? this.#arrays : undefined
    const text = this.#text.slice(this.#from, this.#at)
    return new Gap({ text, next, opensString, fields: this.#fields, arrays })
  }

  #placeIn(container: Container, key: ByteString): Place {
    const known = container.places.get(key)
    if (known !== undefined) return known
    const isKept = this.#places < mostPlaces && container.of?.isKept === true
    const own = copyOf(key)
    const place = this.#newPlace(container, own, isKept)
    if (isKept) {
      this.#places += 1
      container.places.set(own, place)
    }
    return place
  }

  #newPlace(container: Container, key: ByteString, isKept: boolean): Place {
    const { of, depth, isInArray } = container
    const before = depth === 1 ? '' : `${of?.name ?? ''}.`
    const path = lowerAscii(before + key)
    const index = isInArray ? -1 : this.#table.indexOf(path)
    const name = this.#table.names[index]
    const isStatic = depth === 1 && name?.fixed !== undefined && name.name === key
    const isKnown = isStatic || (name !== undefined && name.slot >= 0)
    return {
      container,
      path,
      name: before + key,
      hit: isKnown ? (isStatic ? -1 - index : index) : noHit,
      fields: isStatic || isInArray ? 0 : 1,
      isUnclear: isStatic && name.fixed === 'user',
      gaps: [],
      isKept,
      object: undefined,
      array: undefined,
    }
  }
}

function containerAt(place: Place, isObject: boolean): Container {
  const known = isObject ? place.object : place.array
  if (known !== undefined) return known
  const around = place.container
  const container: Container = {
    of: place,
    isObject,
    depth: (around?.depth ?? 0) + 1,
    isInArray: !isObject || around?.isInArray === true,
    places: new Map(),
  }
  if (isObject) place.object = container
  else place.array = container
  return container
}

/** A slice would keep the whole event. */
function copyOf(text: ByteString): ByteString {
  return Buffer.from(text, 'latin1').toString('latin1')
}
