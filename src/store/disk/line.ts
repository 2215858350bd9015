import { fromByteString } from '../../event/byte-string.ts'
import { withoutFullLog } from '../full-log.ts'
import type { Entry } from '../store.ts'
import { columns } from './columns.ts'

/**
 * The commit log is text that DuckDB reads by itself: one record a line, parts divided by U+001F, list items by U+001D, U+0002 for
 * "no value". Lines that begin with U+001E close a group and are comments to DuckDB. Control characters inside values are written as the
 * noncharacters U+FDD0 to U+FDEF, so that a value never divides a line, and a noncharacter in a value is marked by U+0001.
 */
export const separator = '\x1f'
export const listSeparator = '\x1d'
export const absent = '\x02'
export const groupMark = '\x1e'

const special = /[\x00-\x1f\ufdd0-\ufdef]/
const specials = /[\x00-\x1f\ufdd0-\ufdef]/g
const first = 0xfdd0

/** What is stored for the text. */
export function escape(text: string): string {
  if (!special.test(text)) return text
  return text.replace(specials, (unit) => {
    const code = unit.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(first + code) : `\x01${unit}`
  })
}

const nonCharacter = /[\ufdd0-\ufdef]/

/** The same for JSON, in which no control character stands for itself. Texts without units beyond 0xff are not even looked through. */
function escapeJson(json: string): string {
  return nonCharacter.test(json) ? escape(json) : json
}

export function unescape(text: string): string {
  if (!special.test(text)) return text
  return text.replace(/\x01?[\ufdd0-\ufdef]/g, (units) =>
    units.length > 1 ? units.slice(1) : String.fromCharCode(units.charCodeAt(0) - first),
  )
}

const codes = (from: number) =>
  Array.from({ length: 0x20 }, (_, index) => `chr(${from + index})`).join(' || ')

/** `escape` of a text without noncharacters, as SQL. */
export function escapedBySql(text: string): string {
  return `translate(${text}, ${codes(0)}, ${codes(first)})`
}

/** Bits of the column `elided`. */
export const elidedDocument = 1
export const elidedAlert = 2

/** The record with its position, as one line with its end. */
export function recordLine(entry: Entry, position: number, fingerprint: bigint): string {
  const { raw } = entry.event
  const text = fromByteString(raw.text)
  const short = entry.shortDocument ?? withoutFullLog(entry.document, text)
  const { alert } = entry
  const own = alert && alert.document !== entry.document ? alert.document : undefined
  const ownShort = own === undefined ? undefined : withoutFullLog(own, text)
  const elided = (short === undefined ? 0 : elidedDocument) + (ownShort === undefined ? 0 : elidedAlert)
  let line = `${position}${separator}${Math.trunc(raw.receivedAtMs)}${separator}${fingerprint}`
  line += separator + escape(raw.id) + separator + escape(raw.source)
  line += separator + escape(fromByteString(raw.location))
  line += separator + (alert ? escape(alert.id) : absent) + separator + elided
  for (const { of } of columns) line += separator + columnText(of(entry))
  line += separator + escape(text) + separator + escapeJson(short ?? entry.document)
  return `${line}${separator}${own === undefined ? absent : escapeJson(ownShort ?? own)}\n`
}

function columnText(value: string | number | readonly string[] | undefined): string {
  if (value === undefined) return absent
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  return value.length === 0 ? absent : value.map(escape).join(listSeparator)
}
