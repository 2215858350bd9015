import { bytes as textBytes } from './json-bytes.ts'
import { lowerByte as lowerTable } from './key-table.ts'

/** More paths than this in one object are left to the slow way. */
const mostPaths = 8192
const cellMask = 16_383
/** So many steps of a probe are no accident. */
const longestProbe = 64

export const noPath = -1
/** The table cannot tell. */
export const tooMany = -2
/** The object itself. */
export const rootPath = 0

const bytes = textBytes
const lowerByte = lowerTable

const starts = new Int32Array(mostPaths)
const ends = new Int32Array(mostPaths)
const parents = new Int32Array(mostPaths)
const hashes = new Int32Array(mostPaths)
/** Number of a path and `base`; smaller than `base`: left from an earlier object. */
const cells = new Int32Array(cellMask + 1)
let base = 1
let used = 1

/** 1 for paths that have a value, 0 for objects. */
export const isLeaf = new Uint8Array(mostPaths)

/** Forgets all paths but the root. */
export function resetPaths(): void {
  base += used
  used = 1
  if (base < 1 << 30) return
  base = 1
  cells.fill(0)
}

let freeCell = 0

/** The path with this last key, compared without case, below another; `noPath` when it was not added. */
export function findPath(parent: number, start: number, end: number, hash: number): number {
  const mixed = hash ^ Math.imul(parent, 0x9e3779b1)
  let cell = (mixed ^ (mixed >>> 15)) & cellMask
  for (let probe = 0; probe < longestProbe; probe += 1) {
    const path = (cells[cell] ?? 0) - base
    if (path < 0) {
      freeCell = cell
      return noPath
    }
    if (parents[path] === parent && hashes[path] === hash && isKeyOf(path, start, end)) return path
    cell = (cell + 1) & cellMask
  }
  return tooMany
}

/** Adds the path that `findPath` just did not find. */
export function addPath(parent: number, start: number, end: number, hash: number): number {
  if (used === mostPaths) return tooMany
  const path = used
  used += 1
  starts[path] = start
  ends[path] = end
  parents[path] = parent
  hashes[path] = hash
  isLeaf[path] = 0
  cells[freeCell] = base + path
  return path
}

/** Whether the last key of the path is this one, compared without case. */
export function isKeyOf(path: number, start: number, end: number): boolean {
  let at = starts[path] ?? 0
  if (at === start) return ends[path] === end
  if ((ends[path] ?? 0) - at !== end - start) return false
  for (let other = start; other < end; other += 1, at += 1)
    if (lowerByte[bytes[at] ?? 0] !== lowerByte[bytes[other] ?? 0]) return false
  return true
}
