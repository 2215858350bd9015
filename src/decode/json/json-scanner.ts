import type { ByteString } from '../../event/byte-string.ts'
import { JsonBytes, notJson, type TextBytes, unusual } from './json-bytes.ts'
import { deepestNesting } from './json-reader.ts'
import { emptyHash, hashByte, type KeyTable, lowerByte } from './key-table.ts'

/** `unusual`: let the slow reader decide. */
export type ScanResult = 'object' | 'not JSON' | 'unusual'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const dot = 0x2e
const letterN = 0x6e

export interface ScanOptions {
  readonly discardNulls: boolean
  /** Dynamic fields after this many are not recorded. */
  readonly limit: number
}

/**
 * One pass over a JSON text that checks all of it and finds the values of known names without making a single string: offsets are
 * recorded, values are made when a rule asks (spec/decoders.md §6.9). Costs about half a `JSON.parse`.
 *
 * The results of a scan are in the public members until the next scan.
 */
export class JsonScanner {
  /**
   * Triples in document order: a name's index in the table (`-1 - index` when it is the static field of that name), start and
   * end of the value in the text. Only the first `hitCount` triples count.
   */
  readonly hits: number[] = []
  hitCount = 0
  /** How many dynamic fields the text gives, known or not. */
  dynamicCount = 0
  /** There is a top-level `user`, which counts as static here. */
  hasUser = false

  readonly #source = new JsonBytes()
  #bytes: TextBytes = this.#source.bytes
  #table: KeyTable
  #limit = 0
  /** Per depth: 1 in an object, 0 in an array. */
  readonly #inObject = new Uint8Array(deepestNesting + 2)
  /** Per depth: hash of the path to this container and the dot after it. */
  readonly #prefix = new Int32Array(deepestNesting + 2)
  /** Per depth: where the key of the current member is. */
  readonly #keyStart = new Int32Array(deepestNesting + 2)
  readonly #keyEnd = new Int32Array(deepestNesting + 2)

  constructor(table: KeyTable) {
    this.#table = table
  }

  get table(): KeyTable {
    return this.#table
  }

  // One loop over local variables: in parts it is a third slower (bench/decode).
  // oxlint-disable-next-line complexity
  scan(text: ByteString, start: number, options: ScanOptions): ScanResult {
    this.hitCount = 0
    this.dynamicCount = 0
    this.hasUser = false
    this.#limit = options.limit
    const source = this.#source
    const bytes = source.load(text)
    this.#bytes = bytes
    const inObject = this.#inObject
    const prefix = this.#prefix
    let at = source.afterSpace(text.startsWith('\xef\xbb\xbf', start) ? start + 3 : start)
    if (bytes[at] !== openBrace) return 'not JSON'
    at = source.afterSpace(at + 1)
    if (bytes[at] === closeBrace) return 'object'
    let depth = 1
    inObject[1] = 1
    prefix[1] = emptyHash
    // Depth of the outermost array around, 0 without one: what is inside gives no fields of its own.
    let arrayDepth = 0
    let arrayStart = 0
    let arrayHash = 0
    let hash = 0
    members: for (;;) {
      if (inObject[depth] === 1) {
        if (bytes[at] !== quote) return 'not JSON'
        at += 1
        if (arrayDepth === 0) {
          this.#keyStart[depth] = at
          hash = prefix[depth] ?? 0
          for (let byte = bytes[at] ?? 0; byte !== quote; byte = bytes[at] ?? 0) {
            // oxlint-disable-next-line max-depth -- as above
            if (byte === backslash) return 'unusual'
            // oxlint-disable-next-line max-depth -- as above
            if (byte === 0) return 'not JSON'
            hash = hashByte(hash, lowerByte[byte] ?? 0)
            at += 1
          }
          this.#keyEnd[depth] = at
        } else {
          at = source.endOfString(at)
          if (at < 0) return at === unusual ? 'unusual' : 'not JSON'
        }
        at = source.afterSpace(at + 1)
        if (bytes[at] !== colon) return 'not JSON'
        at = source.afterSpace(at + 1)
      }
      const valueStart = at
      const first = bytes[at] ?? 0
      if (first === quote) {
        at = source.endOfString(at + 1)
        if (at < 0) return at === unusual ? 'unusual' : 'not JSON'
        at += 1
      } else if (first === openBrace || first === openBracket) {
        if (depth >= deepestNesting) return 'not JSON'
        at = source.afterSpace(at + 1)
        // A closing bracket is the byte two after its opening one.
        if (bytes[at] === first + 2) at += 1
        else {
          depth += 1
          inObject[depth] = first === openBrace ? 1 : 0
          if (arrayDepth > 0) continue
          if (first === openBrace) prefix[depth] = hashByte(hash, dot)
          else {
            arrayDepth = depth
            arrayStart = valueStart
            arrayHash = hash
          }
          continue
        }
      } else {
        at = source.endOfScalar(at)
        if (at === notJson) return 'not JSON'
      }
      if (arrayDepth === 0 && first !== openBrace && (first !== letterN || !options.discardNulls))
        this.#record(hash, depth, valueStart, at)
      for (;;) {
        at = source.afterSpace(at)
        const byte = bytes[at] ?? 0
        if (byte === comma) {
          at = source.afterSpace(at + 1)
          continue members
        }
        if (byte !== (inObject[depth] === 1 ? closeBrace : closeBracket)) return 'not JSON'
        at += 1
        if (depth === arrayDepth) {
          arrayDepth = 0
          this.#record(arrayHash, depth - 1, arrayStart, at)
        }
        depth -= 1
        if (depth === 0) return 'object'
      }
    }
  }

  #record(hash: number, depth: number, start: number, end: number): void {
    const { mask, hashes, indexes, names } = this.#table
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const index = indexes[cell] ?? -1
      if (index < 0) break
      const known = hashes[cell] === hash ? names[index] : undefined
      if (known !== undefined && this.#isPath(known.name, depth)) {
        const isStatic = depth === 1 && known.fixed !== undefined && this.#isKey(known.name)
        if (!isStatic && (this.dynamicCount >= this.#limit || known.slot < 0)) break
        if (!isStatic) this.dynamicCount += 1
        else if (known.fixed === 'user') this.hasUser = true
        this.#hit(isStatic ? -1 - index : index, start, end)
        return
      }
    }
    this.dynamicCount += 1
  }

  #hit(name: number, start: number, end: number): void {
    const { hits } = this
    const at = this.hitCount * 3
    hits[at] = name
    hits[at + 1] = start
    hits[at + 2] = end
    this.hitCount += 1
  }

  /** The hash says so, but anybody can make two texts with one hash. */
  #isPath(name: string, depth: number): boolean {
    const bytes = this.#bytes
    let compared = 0
    for (let level = 1; level <= depth; level += 1) {
      if (level > 1 && name.charCodeAt(compared++) !== dot) return false
      const end = this.#keyEnd[level] ?? 0
      for (let at = this.#keyStart[level] ?? 0; at < end; at += 1) {
        if (lowerByte[bytes[at] ?? 0] !== name.charCodeAt(compared++)) return false
      }
    }
    return compared === name.length
  }

  /** Whether the top-level key is the name in exactly this case. */
  #isKey(name: string): boolean {
    const start = this.#keyStart[1] ?? 0
    for (let at = 0; at < name.length; at += 1)
      if (this.#bytes[start + at] !== name.charCodeAt(at)) return false
    return true
  }
}
