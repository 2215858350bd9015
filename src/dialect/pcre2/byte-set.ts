/** Sets of bytes as 256 entries of 0 or 1, and the classes of PCRE2 in the C locale (spec/decoders.md §3.1). */
export function byteSet(...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const set = new Uint8Array(256)
  for (const [low, high] of ranges) set.fill(1, low, high + 1)
  return set
}

export function complement(set: Uint8Array): Uint8Array {
  return set.map((member) => 1 - member)
}

export function union(...sets: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(256)
  for (const set of sets) set.forEach((member, byte) => (all[byte] = (all[byte] ?? 0) | member))
  return all
}

/** The same with both cases of every ASCII letter in it. */
export function bothCases(set: Uint8Array): Uint8Array {
  return set.map((member, byte) => member | (set[otherCase(byte)] ?? 0))
}

export function otherCase(byte: number): number {
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  return isLetter ? byte ^ 0x20 : byte
}

const ones: Uint8Array[] = []
const caselessOnes: Uint8Array[] = []

/** One byte, or both cases of one letter. Patterns are full of them: the same set every time. */
export function oneByte(byte: number, isCaseless: boolean): Uint8Array {
  return isCaseless
    ? (caselessOnes[byte] ??= byteSet([byte, byte], [otherCase(byte), otherCase(byte)]))
    : (ones[byte] ??= byteSet([byte, byte]))
}

export function overlap(one: Uint8Array, other: Uint8Array): boolean {
  return one.some((member, byte) => member === 1 && other[byte] === 1)
}

const upper = byteSet([0x41, 0x5a])
const lower = byteSet([0x61, 0x7a])
const digit = byteSet([0x30, 0x39])
const alpha = union(upper, lower)
const alnum = union(alpha, digit)
const white = byteSet([0x09, 0x0d], [0x20, 0x20])

export const word = union(alnum, byteSet([0x5f, 0x5f]))
export const newlines = byteSet([0x0a, 0x0d], [0x85, 0x85])
export const anyByte = byteSet([0, 255])
export const notLineFeed = complement(byteSet([0x0a, 0x0a]))

/** By the letter after the backslash. */
export const escapeClasses: Readonly<Record<string, Uint8Array>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: white,
  S: complement(white),
  h: byteSet([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0]),
  H: complement(byteSet([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0])),
  v: newlines,
  V: complement(newlines),
}

/** By the name in `[[:name:]]`. */
export const posixClasses: Readonly<Record<string, Uint8Array>> = {
  alpha,
  lower,
  upper,
  alnum,
  ascii: byteSet([0, 0x7f]),
  blank: byteSet([0x09, 0x09], [0x20, 0x20]),
  cntrl: byteSet([0, 0x1f], [0x7f, 0x7f]),
  digit,
  graph: byteSet([0x21, 0x7e]),
  print: byteSet([0x20, 0x7e]),
  punct: byteSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: white,
  word,
  xdigit: byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
}

/** Bytes whose Latin-1 character has a Unicode property; `undefined` when the name is not known here. */
export function propertySet(name: string): Uint8Array | undefined {
  if (name === 'Any') return anyByte
  if (!/^(?:L[ulotm&]?|[MNPSZC][a-z]?)$/.test(name)) return undefined
  try {
    const test = new RegExp(`\\p{${name === 'L&' ? 'LC' : name}}`, 'u')
    return Uint8Array.from({ length: 256 }, (_, byte) => (test.test(String.fromCharCode(byte)) ? 1 : 0))
  } catch {
    return undefined
  }
}
