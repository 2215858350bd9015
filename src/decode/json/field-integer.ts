import { documentBytes } from '../../event/document-bytes.ts'
import { bytes as textBytes } from './json-bytes.ts'

/** Integers of so many digits are printed as they are written, */
export const shortDigits = 9
/** those of so many are when they have 32 bits, */
const wordDigits = 10
const largestWord = 2_147_483_647
/** and others with a fraction, as the double that they are: exact up to so many digits. */
const exactDigits = 15
/** Longer ones are not printed here. */
export const longestInteger = 19

const lowDigits = 9
const lowSize = 1e9
const zero = 0x30
/** From these numbers on, doubles are twice as far from each other as before: the powers of two from 53 to 63. */
const doubled = Array.from({ length: 11 }, (_, index) => {
  const limit = 2n ** BigInt(53 + index)
  return { high: Number(limit / BigInt(lowSize)), low: Number(limit % BigInt(lowSize)) }
})

// Constants of this module are constants to the compiler, imported ones are not.
const bytes = textBytes
const out = documentBytes

/** Prints the integer without zeros before it that stands there as the value of a field (see `fieldNumber`): behind it. */
export function putFieldInteger(start: number, end: number, target: number): number {
  const digits = end - start
  if (digits > exactDigits) return putRounded(start, end, target)
  const at = putCopy(start, end, target)
  return digits < wordDigits || (digits === wordDigits && valueOf(start, end) <= largestWord)
    ? at
    : putFraction(at)
}

function putCopy(start: number, end: number, target: number): number {
  let at = target
  for (let from = start; from < end; from += 1) out[at++] = bytes[from] ?? 0
  return at
}

function putFraction(target: number): number {
  let at = target
  out[at++] = 0x2e
  for (let count = 0; count < 6; count += 1) out[at++] = zero
  return at
}

function valueOf(start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? zero) - zero
  return value
}

/** The nearest double, the even one of two, in whole: computed in two halves that are exact. */
function putRounded(start: number, end: number, target: number): number {
  let high = valueOf(start, end - lowDigits)
  let low = valueOf(end - lowDigits, end)
  const spacing = spacingOf(high, low)
  const rest = ((high % spacing) * (lowSize % spacing) + low) % spacing
  low -= rest
  if (rest * 2 > spacing || (rest * 2 === spacing && isOdd(high, low, spacing))) low += spacing
  if (low < 0) {
    low += lowSize
    high -= 1
  } else if (low >= lowSize) {
    low -= lowSize
    high += 1
  }
  return putFraction(putDigits(low, lowDigits, putDigits(high, digitsOf(high), target)))
}

/** How far doubles of this size are from each other. */
function spacingOf(high: number, low: number): number {
  let spacing = 1
  for (const limit of doubled) {
    if (high < limit.high || (high === limit.high && low < limit.low)) break
    spacing *= 2
  }
  return spacing
}

function isOdd(high: number, low: number, spacing: number): boolean {
  const twice = spacing * 2
  return ((((high % twice) * (lowSize % twice) + low) % twice) + twice) % twice !== 0
}

function digitsOf(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits += 1
  return digits
}

function putDigits(value: number, digits: number, target: number): number {
  let rest = value
  for (let at = target + digits - 1; at >= target; at -= 1) {
    const next = Math.floor(rest / 10)
    out[at] = zero + rest - next * 10
    rest = next
  }
  return target + digits
}
