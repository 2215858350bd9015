import type { ByteString } from '../../event/byte-string.ts'
import type { JsonValue } from './json-reader.ts'
import { arrayNumber, fieldNumber } from './number-text.ts'

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function quoted(text: ByteString): ByteString {
  const escaped = text.replace(
    /[\0-\x1f"\\]/g,
    (unit) => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}

/** A JSON value in the layout that rules were written against: elements joined by `, `, members on lines of their own. */
export function printJson(value: JsonValue, depth = 0): ByteString {
  if (value.kind === 'text') return quoted(value.text)
  if (value.kind === 'number') return arrayNumber(value.value)
  if (value.kind === 'word') return value.word
  if (value.kind === 'array') return `[${value.items.map((item) => printJson(item, depth + 1)).join(', ')}]`
  const indent = '\t'.repeat(depth + 1)
  const lines = value.members.map(
    ([key, member]) => `${indent}${quoted(key)}:\t${printJson(member, depth + 1)}`,
  )
  return `{\n${lines.length > 0 ? `${lines.join(',\n')}\n` : ''}${'\t'.repeat(depth)}}`
}

/** Longer text gives no field. */
const longestCsv = 65_535

/** The scalars of an array joined by commas. A container is left out, the comma before it is not (spec/decoders.md §6.9). */
export function csvText(items: readonly JsonValue[]): ByteString | undefined {
  let out = ''
  for (const [index, item] of items.entries()) {
    const text = scalarText(item)
    if (text !== undefined) out += index + 1 < items.length ? `${text},` : text
  }
  return out === '' || out.length > longestCsv ? undefined : out
}

/** The field value of a scalar; `undefined` for containers. */
export function scalarText(value: JsonValue): ByteString | undefined {
  if (value.kind === 'text') return value.text
  if (value.kind === 'number') return fieldNumber(value.value)
  return value.kind === 'word' ? value.word : undefined
}
