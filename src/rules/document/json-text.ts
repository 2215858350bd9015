import type { ByteString } from '../../event/byte-string.ts'

const special = /["\\\x00-\x1f]/
const specials = /["\\\x00-\x1f]/g
const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A JSON string with its quotes: only what must be escaped is, as the original prints it (spec/rules.md §6.3). */
export function jsonText(text: ByteString): string {
  return special.test(text) ? `"${text.replace(specials, escape)}"` : `"${text}"`
}

function escape(character: string): string {
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

export function jsonTexts(texts: readonly ByteString[]): string {
  return `[${texts.map(jsonText).join(',')}]`
}
