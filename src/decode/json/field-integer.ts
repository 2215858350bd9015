import { documentBytes } from '../../event/document-bytes.ts'
import { bytes as textBytes } from './json-bytes.ts'

/** Integers of so many digits are printed as they are written, */
export const shortDigits = 9
/** those of so many are when they have 32 bits, */
const wordDigits = 10
const largestWord = 2_147_483_647
const largestText = String(largestWord)
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
  const isWord = digits < wordDigits || (digits === wordDigits && isAtMostLargest(start))
  return isWord ? at : putFraction(at)
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

/** Ten digits, compared one by one. */
function isAtMostLargest(start: number): boolean {
  for (let index = 0; index < wordDigits; index += 1) {
    const more = (bytes[start + index] ?? 0) - largestText.charCodeAt(index)
    if (more !== 0) return more < 0
  }
  return true
}

/** Of at most ten digits. Small whole numbers are computed without fractions. */
function valueOf(start: number, end: number): number {
  let value = 0
  const few = Math.min(end, start + lowDigits)
  for (let at = start; at < few; at += 1) value = (value * 10 + (bytes[at] ?? zero) - zero) | 0
  return few === end ? value : value * 10 + (bytes[few] ?? zero) - zero
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
  let index = doubled.length - 1
  // Times in nanoseconds are near the end of the list.
  for (; index >= 0; index -= 1) {
    const limit = doubled[index]
    if (limit === undefined || high > limit.high || (high === limit.high && low >= limit.low)) break
  }
  return 1 << (index + 1)
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
  let at = target + digits - 1
  let rest = value
  if (rest > largestWord) {
    const tens = Math.floor(rest / 10)
    out[at--] = zero + rest - tens * 10
    rest = tens
  }
  // Small whole numbers are divided without fractions.
  for (let word = rest | 0; at >= target; at -= 1) {
    const tens = (word / 10) | 0
    out[at] = zero + word - tens * 10
    word = tens
  }
  return target + digits
}
