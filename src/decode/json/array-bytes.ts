import { bytes as textBytes, endOfScalar } from './json-bytes.ts'

const quote = 0x22
const backslash = 0x5c
const letterU = 0x75
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
/** Longer integers are rounded. */
const exactDigits = 15

const bytes = textBytes

/** Where the checked array at `start` ends, and whether the runtime reads the same values out of it as this program does. */
export function endOfArray(start: number): { readonly end: number; readonly isExact: boolean } {
  let depth = 0
  let at = start
  isExact = true
  do {
    const byte = bytes[at] ?? 0
    if (byte === quote) at = afterString(at + 1)
    else if (isScalarStart(byte)) {
      const from = at
      at = endOfScalar(at)
      if (!isWord(byte) && !isShortInteger(from, at)) isExact = false
    } else {
      if (byte === openBracket || byte === openBrace) depth += 1
      if (byte === closeBracket || byte === closeBrace) depth -= 1
      at += 1
    }
  } while (depth > 0)
  return { end: at, isExact }
}

let isExact = true

function afterString(from: number): number {
  let at = from
  for (let byte = bytes[at]; byte !== quote; byte = bytes[at]) {
    if (byte === backslash) {
      at += 1
      // Units from 0x80 on are two bytes here and one there.
      if (bytes[at] === letterU) isExact = false
    }
    at += 1
  }
  return at + 1
}

function isWord(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a
}

function isScalarStart(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || isWord(byte)
}

function isShortInteger(from: number, end: number): boolean {
  if (end - from > exactDigits) return false
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}
