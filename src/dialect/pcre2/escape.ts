import type { Cursor } from './cursor.ts'
import { refuse } from './refusal.ts'

const controls: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }

/**
 * The code point that an escape stands for; the cursor is after the backslash. `undefined`: the escape is not a character, and
 * nothing was read.
 */
export function readCodePoint(cursor: Cursor, isUtf: boolean): number | undefined {
  const char = cursor.peek()
  const control = controls[char]
  if (control !== undefined) {
    cursor.at += 1
    return control
  }
  if (!/[A-Za-z0-9]/.test(char)) {
    if (char === '') refuse('it ends in a backslash')
    cursor.at += 1
    return char.charCodeAt(0)
  }
  const read = readNumeric(cursor)
  if (read !== undefined && read > (isUtf ? 0x10ffff : 0xff)) {
    refuse(`the character code ${read} is larger than ${isUtf ? 0x10ffff : 0xff}`)
  }
  return read
}

function readNumeric(cursor: Cursor): number | undefined {
  const braced = cursor.match(/x\{ *([0-9A-Fa-f]+) *\}/) ?? cursor.match(/N\{U\+([0-9A-Fa-f]+)\}/)
  if (braced) return Number.parseInt(braced[1] ?? '', 16)
  const octal = cursor.match(/o\{ *([0-7]+) *\}/) ?? cursor.match(/(0[0-7]{0,2})/)
  if (octal) return Number.parseInt(octal[1] ?? '', 8)
  if (cursor.match(/x\{|o/)) refuse('digits and a closing } expected after \\x{ or \\o{')
  const hexadecimal = cursor.match(/x([0-9A-Fa-f]{0,2})/)
  if (hexadecimal) return Number.parseInt(`0${hexadecimal[1]}`, 16)
  if (!cursor.skip('c')) return undefined
  const letter = cursor.take()
  if (letter < ' ' || letter > '~') refuse('\\c needs a printable ASCII character after it')
  return letter.toUpperCase().charCodeAt(0) ^ 0x40
}

/** `\12` inside a class, or where there is no group 12. The cursor is after the backslash. */
export function readOctal(cursor: Cursor, isUtf: boolean): number {
  const digits = cursor.match(/[0-7]{1,3}/)
  if (!digits) return cursor.take().charCodeAt(0)
  const value = Number.parseInt(digits[0], 8)
  return value > 0xff && !isUtf ? refuse(`the octal code \\${digits[0]} is larger than 255`) : value
}
