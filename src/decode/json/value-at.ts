import type { ByteString } from '../../event/byte-string.ts'
import { printJson } from './array-text.ts'
import { readJson, unescapeJson } from './json-reader.ts'
import { fieldNumber } from './number-text.ts'

const quote = 0x22
const openBracket = 0x5b
const lettersFrom = 0x61

/** The field value of the JSON value that stands at `start` to `end`; it was checked before. */
export function valueAt(text: ByteString, start: number, end: number): ByteString {
  const first = text.charCodeAt(start)
  if (first === quote) {
    const content = text.slice(start + 1, end - 1)
    return content.includes('\\') ? (unescapeJson(content) ?? '') : content
  }
  if (first === openBracket) {
    const value = readJson(text, start)
    return value === undefined ? '' : printJson(value)
  }
  const written = text.slice(start, end)
  if (first >= lettersFrom || /^[1-9]\d{0,8}$/.test(written)) return written
  return fieldNumber(Number(written))
}
