import { byteSet } from './byte-set.ts'
import type { Node } from './node.ts'

/** Under `(*UTF)` a character is a sequence of bytes: code points from `low` to `high` as a tree over bytes. */
export function utf8Range(low: number, high: number): Node {
  const branches = pieces(low, high).map((ranges): Node => ({
    kind: 'sequence',
    items: ranges.map(([from, to]): Node => ({ kind: 'set', members: byteSet([from, to]) })),
  }))
  return branches.length === 1 && branches[0] ? branches[0] : { kind: 'either', branches }
}

type ByteRange = readonly [number, number]

const lengthEnds = [0x7f, 0x7ff, 0xffff, 0x10ffff]

/** Splits where the number of bytes changes and then until every byte runs through one range independently. */
function pieces(low: number, high: number): ByteRange[][] {
  if (low > high) return []
  const boundary = lengthEnds.find((end) => low <= end && high > end)
  if (boundary !== undefined) return [...pieces(low, boundary), ...pieces(boundary + 1, high)]
  if (high <= 0x7f) return [[[low, high]]]
  for (let bits = 6; bits <= 18; bits += 6) {
    const mask = 2 ** bits - 1
    if (low >> bits === high >> bits) continue
    if ((low & mask) !== 0) return [...pieces(low, low | mask), ...pieces((low | mask) + 1, high)]
    if ((high & mask) !== mask) return [...pieces(low, (high & ~mask) - 1), ...pieces(high & ~mask, high)]
  }
  const [from, to] = [utf8(low), utf8(high)]
  return [from.map((byte, i): ByteRange => [byte, to[i] ?? byte])]
}

export function utf8(codePoint: number): number[] {
  return codePoint >= 0xd800 && codePoint <= 0xdfff
    ? [0xed, 0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f)]
    : [...Buffer.from(String.fromCodePoint(codePoint), 'utf8')]
}

export function isValidUtf8(subject: string): boolean {
  if (!/[\x80-\xff]/.test(subject)) return true
  const bytes = Buffer.from(subject, 'latin1')
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes)
}
