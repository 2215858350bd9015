import { type ByteString, fromByteString, toByteString } from './byte-string.ts'

const special = /["\\\x00-\x1f]/

/**
 * A JSON string with its quotes: only what must be escaped is, as the original prints it (spec/rules.md §6.3), and so does the
 * runtime for text without units beyond 0xff.
 */
export function jsonText(text: ByteString): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** A value of `data` (spec/rules.md §6.4b): a text that is one complete JSON array stands for that array. */
export function valueText(value: ByteString): string {
  return value.charCodeAt(0) === 0x5b ? (arrayText(value) ?? jsonText(value)) : jsonText(value)
}

function arrayText(value: ByteString): string | undefined {
  if (!value.endsWith(']')) return undefined
  try {
    // An escape stands for a character, which is several bytes.
    return value.includes('\\u')
      ? toByteString(JSON.stringify(JSON.parse(fromByteString(value))))
      : JSON.stringify(JSON.parse(value))
  } catch {
    return undefined
  }
}
