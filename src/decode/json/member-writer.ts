import type { ByteString } from '../../event/byte-string.ts'
import { valueText } from '../../event/json-text.ts'
import { afterMark, afterSpace, behindText, bytes as textBytes, loadText, longestText } from './json-bytes.ts'
import { deepestNesting } from './json-reader.ts'
import { emptyHash, hashByte, jsonStatics, lowerByte as lowerTable } from './key-table.ts'
import { plainBytes, reserved, reservedHashes } from './member-tables.ts'
import { addPath, findPath, isKeyOf, isLeaf, noPath, resetPaths, rootPath, tooMany } from './member-paths.ts'
import {
  longestInput,
  outputText,
  putClosing,
  putKey,
  putOpening,
  putText,
  putValue,
  startOutput,
} from './member-output.ts'
import { endOfValue } from './value-copy.ts'

const quote = 0x22
const comma = 0x2c
const dot = 0x2e
const openBrace = 0x7b
const closeBrace = 0x7d
const letterN = 0x6e

/** All names of one event together (see `flattenJson`). */
const nameBytes = 16 * 1024 * 1024

const bytes = textBytes
const lowerByte = lowerTable

// Constants of this module are constants to the compiler, imported ones are not.
const isPlain = plainBytes

/** Only the slow way can tell. */
const slowly = -1

let text: ByteString = ''
let at = 0
let scratch = 0
let names = 0
let discardsNulls = false

// Objects that are open in the output.
const open = new Int32Array(deepestNesting + 1)
let depth = 0
// Keys around the member at hand, and how many of them are known to be the open objects.
const wantStart = new Int32Array(deepestNesting + 1)
const wantEnd = new Int32Array(deepestNesting + 1)
const wantHash = new Int32Array(deepestNesting + 1)
let wanted = 0
let settled = 0

/** Starts the members of one event. */
export function beginMembers(jsonOfEvent: ByteString): boolean {
  if (jsonOfEvent.length > longestInput) return false
  loadText(jsonOfEvent)
  text = jsonOfEvent
  scratch = behindText()
  startOutput()
  names = 0
  depth = 0
  wanted = 0
  settled = 0
  resetPaths()
  return true
}

export function endMembers(): ByteString {
  closeTo(0)
  return outputText()
}

/** Adds a field that is none of the JSON text. False: only the slow way can tell. */
export function addMember(name: ByteString, value: ByteString): boolean {
  if (value === '') return true
  if (scratch + name.length > longestText || !isPlainText(name)) return false
  const start = scratch
  scratch += bytes.write(name, start, name.length, 'latin1')
  wanted = 0
  settled = 0
  const last = wantKey(start, scratch)
  const placed = last === slowly ? slowly : place(last, scratch)
  if (placed === 1) return putText(valueText(value))
  return placed === 0
}

function isPlainText(name: ByteString): boolean {
  for (let index = 0; index < name.length; index += 1) if (isPlain[name.charCodeAt(index)] !== 1) return false
  return true
}

/** Adds all fields of the JSON object at `start`, which was checked before. False: only the slow way can tell. */
export function addObject(start: number, discardNulls: boolean): boolean {
  discardsNulls = discardNulls
  wanted = 0
  settled = 0
  at = afterSpace(afterMark(start))
  return writeObject(0)
}

/** The object at `at`. */
function writeObject(prefixLength: number): boolean {
  const outer = wanted
  at = afterSpace(at + 1)
  if (bytes[at] === closeBrace) {
    at += 1
    return true
  }
  for (;;) {
    const start = at + 1
    const last = wantKeyAt(start)
    if (last === slowly) return false
    const end = at
    at = afterSpace(at + 1)
    at = afterSpace(at + 1)
    const pathLength = prefixLength + end - start
    names += pathLength
    if (names > nameBytes) return false
    const isWritten =
      bytes[at] === openBrace
        ? wantObject(last, end, outer === 0) && writeObject(pathLength + 1)
        : writeMember(start, last, end, outer === 0)
    if (!isWritten) return false
    wanted = outer
    if (settled > outer) settled = outer
    at = afterSpace(at)
    if (bytes[at] !== comma) break
    at = afterSpace(at + 1)
  }
  at += 1
  return true
}

/** The last part of the key just read is an object around what follows. */
function wantObject(last: number, end: number, isTop: boolean): boolean {
  wantStart[wanted] = last
  wantEnd[wanted] = end
  wantHash[wanted] = lastHash
  wanted += 1
  return wanted < deepestNesting && !(isTop && partKind() === 'unclear')
}

/** Hash of the key's last part. */
let lastHash = 0

/** The parts of the key before its last dot become wanted; where the last part starts. Ends at the closing quote. */
function wantKeyAt(start: number): number {
  let index = start
  let from = start
  let hash = emptyHash
  let byte = bytes[index] ?? 0
  while (isPlain[byte] === 1) {
    if (byte === dot) {
      if (wanted >= deepestNesting - 1) return slowly
      wantStart[wanted] = from
      wantEnd[wanted] = index
      wantHash[wanted] = hash
      wanted += 1
      from = index + 1
      hash = emptyHash
    } else hash = hashByte(hash, lowerByte[byte] ?? 0)
    index += 1
    byte = bytes[index] ?? 0
  }
  at = index
  lastHash = hash
  return byte === quote ? from : slowly
}

/** The same for a name that ends at `end`. */
function wantKey(start: number, end: number): number {
  bytes[end] = quote
  return wantKeyAt(start)
}

function writeMember(start: number, last: number, end: number, isTop: boolean): boolean {
  const first = bytes[at] ?? 0
  if (isTop) {
    const kind = last === start ? topKind(start, end) : partKind()
    if (kind !== 'dynamic') return kind === 'static' && skipValue()
  }
  if ((first === letterN && discardsNulls) || (first === quote && bytes[at + 1] === quote)) return skipValue()
  const placed = place(last, end)
  if (placed !== 1) return placed === 0 && skipValue()
  at = putValue(text, at)
  return at >= 0
}

function skipValue(): boolean {
  at = endOfValue(at)
  return true
}

type TopKind = 'static' | 'dynamic' | 'unclear'

/** What a top-level key without a dot is. */
function topKind(start: number, end: number): TopKind {
  if (!reservedHashes.has(lastHash)) return 'dynamic'
  const known = jsonStatics.get(text.slice(start, end))
  if (known !== undefined) return known === 'user' ? 'unclear' : 'static'
  return isReserved(start, end, lastHash) ? 'unclear' : 'dynamic'
}

/** A key with dots meets static fields at its first part. */
function partKind(): TopKind {
  return isReserved(wantStart[0] ?? 0, wantEnd[0] ?? 0, wantHash[0] ?? 0) ? 'unclear' : 'dynamic'
}

/** Whether a part of a key is the name of a static field in any case. */
function isReserved(start: number, end: number, hash: number): boolean {
  return reservedHashes.has(hash) && reserved.has(text.slice(start, end).toLowerCase())
}

/** Opens what is around the member and writes its key: 1. It is dropped because something stands there already: 0. */
function place(start: number, end: number): number {
  for (; settled < wanted; settled += 1) {
    const step = openPart(settled, start, end)
    if (step !== 1) return step
  }
  const added = addKey(wanted, start, end, lastHash)
  // Whatever stands there, it came first.
  if (added === standsThere) return 0
  if (added === slowly) return slowly
  isLeaf[added] = 1
  return 1
}

/** Makes the wanted object of a level the open one, for a member with this last key. Results are those of `place`. */
function openPart(level: number, keyStart: number, keyEnd: number): number {
  const start = wantStart[level] ?? 0
  const end = wantEnd[level] ?? 0
  if (level < depth && isKeyOf(open[level + 1] ?? 0, start, end)) return 1
  const added = addKey(level, start, end, wantHash[level] ?? 0)
  if (added === standsThere) return isTaken(level, keyStart, keyEnd) ? 0 : slowly
  if (added === slowly) return slowly
  putOpening()
  depth = level + 1
  open[depth] = added
  return 1
}

/** An object that was closed cannot be continued, but a member whose place in it is taken is dropped anyway. */
function isTaken(level: number, keyStart: number, keyEnd: number): boolean {
  let path = standing
  for (let next = level + 1; next <= wanted && isLeaf[path] === 0; next += 1) {
    const isLast = next === wanted
    path = isLast
      ? findPath(path, keyStart, keyEnd, lastHash)
      : findPath(path, wantStart[next] ?? 0, wantEnd[next] ?? 0, wantHash[next] ?? 0)
    if (path < 0) return false
  }
  return true
}

const standsThere = -2
let standing = 0

/** Writes a key into the open object of a level: its path, `standsThere` with `standing`, or `slowly`. */
function addKey(level: number, start: number, end: number, hash: number): number {
  const parent = level === 0 ? rootPath : (open[level] ?? 0)
  standing = findPath(parent, start, end, hash)
  if (standing !== noPath) return standing === tooMany ? slowly : standsThere
  closeTo(level)
  const path = addPath(parent, start, end, hash)
  return path !== tooMany && putKey(start, end) ? path : slowly
}

function closeTo(level: number): void {
  while (depth > level) {
    putClosing()
    depth -= 1
  }
}
