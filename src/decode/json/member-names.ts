import type { ByteString } from '../../event/byte-string.ts'
import { staticNames } from '../../event/decoded-event.ts'
import { lowerAscii } from '../../event/field-key.ts'
import { bytes, keptBytes, keptFrom } from './json-bytes.ts'
import { emptyHash, hashByte, lowerByte } from './key-table.ts'

/** The parts of a dotted name where they stay: behind the text at hand. The last part is the key of the member. */
export interface MemberName {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly hashes: readonly number[]
  /** Index of the last part. */
  readonly last: number
}

const statics: ReadonlySet<string> = new Set(staticNames)
const plainPart = /^[\w-]+$/
const mostParts = 8

interface Part {
  readonly start: number
  readonly end: number
  readonly hash: number
}
/** One place for a part of many names, so that two of them are compared by it. */
const parts = new Map<string, Part>()
let used = 0

function partOf(text: string): Part | undefined {
  const known = parts.get(text)
  if (known !== undefined || used + text.length > keptBytes) return known
  const start = keptFrom + used
  used += bytes.write(text, start, text.length, 'latin1')
  let hash = emptyHash
  for (let at = 0; at < text.length; at += 1) hash = hashByte(hash, lowerByte[text.charCodeAt(at)] ?? 0)
  const part = { start, end: start + text.length, hash }
  parts.set(text, part)
  return part
}

/**
 * A name of our own, prepared for `addNamed`; for names that are literals of the program, because room is never given back. `undefined`: it is unusual, or
 * belongs to a static field, or there is no room.
 */
export function memberName(name: ByteString): MemberName | undefined {
  const texts = name.split('.')
  if (texts.length > mostParts || !texts.every((text) => plainPart.test(text))) return undefined
  if (statics.has(lowerAscii(texts[0] ?? ''))) return undefined
  const found = texts.flatMap((text) => partOf(text) ?? [])
  if (found.length < texts.length) return undefined
  return {
    starts: found.map(({ start }) => start),
    ends: found.map(({ end }) => end),
    hashes: found.map(({ hash }) => hash),
    last: found.length - 1,
  }
}
