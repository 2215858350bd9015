import type { ByteString } from '../../event/byte-string.ts'
import {
  afterMark,
  afterSpace,
  bytes as textBytes,
  endOfScalar,
  endOfString,
  inString as inStringTable,
  loadText,
  longestText,
  notJson,
  unusual,
} from './json-bytes.ts'
import { deepestNesting } from './json-reader.ts'
import { emptyHash, hashByte, type KeyTable, keyTable, lowerByte as lowerTable } from './key-table.ts'

/** `unusual`: let the slow reader decide. */
export type ScanResult = 'object' | 'not JSON' | 'unusual'

const quote = 0x22
const space = 0x20
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

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes
const inString = inStringTable
const lowerByte = lowerTable

/** Per depth: 1 in an object, 0 in an array. */
const kinds = new Uint8Array(deepestNesting + 2)
/** Per depth: hash of the path to this container and the dot after it. */
const prefixes = new Int32Array(deepestNesting + 2)
/** Per depth: where the key of the current member is. */
const keyStart = new Int32Array(deepestNesting + 2)
const keyEnd = new Int32Array(deepestNesting + 2)

/** Values of known names in one text; only many duplicates make more. */
export const mostHits = 4096

/**
 * What the last scan found, in document order, three numbers each: the name's index in the table (`-1 - index` when it is the static
 * field of that name), start and end of the value in the text.
 */
export const hits = new Int32Array(mostHits * 3)

/** Counts of the last scan. */
export const scanned = {
  hits: 0,
  /** Dynamic fields that the text gives, known or not. */
  dynamic: 0,
  /** There is a top-level `user`, which counts as static here. */
  hasUser: false,
}

let table: KeyTable = keyTable()
let limit = Infinity

/**
 * One pass over a JSON text that checks all of it and finds the values of known names without making a single string: offsets are
 * recorded, values are made when a rule asks (spec/decoders.md §6.9). Costs little more than half a `JSON.parse`. Results are in
 * `hits` and `scanned` until the next scan.
 */
// One loop over local variables and constants, calls only off the usual path: in parts it is twice as slow (bench/decode).
// oxlint-disable-next-line complexity
export function scanJson(text: ByteString, start: number, names: KeyTable, options: ScanOptions): ScanResult {
  scanned.hits = 0
  scanned.dynamic = 0
  scanned.hasUser = false
  table = names
  limit = options.limit
  if (text.length > longestText) return 'unusual'
  loadText(text)
  let at = afterSpace(afterMark(start))
  if (bytes[at] !== openBrace) return 'not JSON'
  at = afterSpace(at + 1)
  if (bytes[at] === closeBrace) return 'object'
  let depth = 1
  kinds[1] = 1
  prefixes[1] = emptyHash
  let inObject = true
  let prefix = emptyHash
  // Depth of the outermost array around, 0 without one: what is inside gives no fields of its own.
  let arrayDepth = 0
  let arrayStart = 0
  let arrayHash = 0
  let hash = 0
  for (;;) {
    if (inObject) {
      if (bytes[at] !== quote) return 'not JSON'
      at += 1
      if (arrayDepth === 0) {
        keyStart[depth] = at
        hash = prefix
        let byte = bytes[at] ?? 0
        while (inString[byte] === 1) {
          hash = hashByte(hash, lowerByte[byte] ?? 0)
          at += 1
          byte = bytes[at] ?? 0
        }
        keyEnd[depth] = at
        if (byte !== quote) return 'unusual'
      } else {
        at = endOfString(at)
        if (at < 0) return at === unusual ? 'unusual' : 'not JSON'
      }
      at += 1
      while ((bytes[at] ?? 0) <= space) at += 1
      if (bytes[at] !== colon) return 'not JSON'
      at += 1
      while ((bytes[at] ?? 0) <= space) at += 1
    }
    const valueStart = at
    const first = bytes[at] ?? 0
    if (first === quote) {
      at += 1
      while (inString[bytes[at] ?? 0] === 1) at += 1
      if (bytes[at] !== quote) {
        at = endOfString(at)
        if (at < 0) return at === unusual ? 'unusual' : 'not JSON'
      }
      at += 1
    } else if (first === openBrace || first === openBracket) {
      if (depth >= deepestNesting) return 'not JSON'
      at += 1
      while ((bytes[at] ?? 0) <= space) at += 1
      // A closing bracket is the byte two after its opening one.
      if (bytes[at] === first + 2) at += 1
      else {
        depth += 1
        inObject = first === openBrace
        kinds[depth] = inObject ? 1 : 0
        if (arrayDepth > 0) continue
        if (inObject) {
          prefix = hashByte(hash, dot)
          prefixes[depth] = prefix
        } else {
          arrayDepth = depth
          arrayStart = valueStart
          arrayHash = hash
        }
        continue
      }
    } else {
      at = endOfScalar(at)
      if (at === notJson) return 'not JSON'
    }
    if (arrayDepth === 0 && first !== openBrace && (first !== letterN || !options.discardNulls))
      record(hash, depth, valueStart, at)
    for (;;) {
      while ((bytes[at] ?? 0) <= space) at += 1
      const byte = bytes[at] ?? 0
      if (byte === comma) break
      if (byte !== (inObject ? closeBrace : closeBracket)) return 'not JSON'
      at += 1
      if (depth === arrayDepth) {
        arrayDepth = 0
        record(arrayHash, depth - 1, arrayStart, at)
      }
      depth -= 1
      if (depth === 0) return scanned.hits > mostHits ? 'unusual' : 'object'
      inObject = kinds[depth] === 1
      prefix = prefixes[depth] ?? 0
    }
    at += 1
    while ((bytes[at] ?? 0) <= space) at += 1
  }
}

function record(hash: number, depth: number, start: number, end: number): void {
  const { mask, hashes, indexes } = table
  let cell = hash & mask
  while (hashes[cell] !== hash || !isPath(indexes[cell] ?? -1, depth)) {
    if (indexes[cell] === -1) {
      scanned.dynamic += 1
      return
    }
    cell = (cell + 1) & mask
  }
  const index = indexes[cell] ?? -1
  const known = table.names[index]
  if (known === undefined) return
  const isStatic = depth === 1 && known.fixed !== undefined && isKey(known.name)
  if (!isStatic) {
    scanned.dynamic += 1
    if (scanned.dynamic > limit || known.slot < 0) return
  } else if (known.fixed === 'user') scanned.hasUser = true
  const at = scanned.hits * 3
  hits[at] = isStatic ? -1 - index : index
  hits[at + 1] = start
  hits[at + 2] = end
  scanned.hits += 1
}

/** The hash says so, but anybody can make two texts with one hash. */
function isPath(index: number, depth: number): boolean {
  const name = table.names[index]?.bytes
  if (name === undefined) return false
  let compared = 0
  for (let level = 1; level <= depth; level += 1) {
    if (level > 1 && name[compared++] !== dot) return false
    const end = keyEnd[level] ?? 0
    for (let at = keyStart[level] ?? 0; at < end; at += 1) {
      if (lowerByte[bytes[at] ?? 0] !== name[compared++]) return false
    }
  }
  return compared === name.length
}

/** Whether the top-level key is the name in exactly this case. */
function isKey(name: string): boolean {
  const start = keyStart[1] ?? 0
  for (let at = 0; at < name.length; at += 1) if (bytes[start + at] !== name.charCodeAt(at)) return false
  return true
}
