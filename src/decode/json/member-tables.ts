import { staticNames } from '../../event/decoded-event.ts'
import { emptyHash, hashByte, jsonStatics } from './key-table.ts'

const space = 0x20

/** 1 for bytes that are the same inside a string of the document. */
export const plainBytes = new Uint8Array(256).fill(1, space)
for (const unit of '"\\') plainBytes[unit.charCodeAt(0)] = 0
/** 1 for what a backslash stands before in documents as well. */
export const sameEscapes = new Uint8Array(256)
for (const letter of '"\\bfnrt') sameEscapes[letter.charCodeAt(0)] = 1

function hashOf(name: string): number {
  let hash = emptyHash
  for (let at = 0; at < name.length; at += 1) hash = hashByte(hash, name.charCodeAt(at))
  return hash
}

/** Names that mean a static field, and hashes of all names that may. */
export const reserved: ReadonlySet<string> = new Set(staticNames)
export const reservedHashes: ReadonlySet<number> = new Set(
  [...staticNames, ...jsonStatics.keys()].map(hashOf),
)
