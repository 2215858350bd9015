import { fromByteString } from '../../event/byte-string.ts'
import { withoutFullLog } from '../full-log.ts'
import type { Entry } from '../store.ts'
import { columns } from './columns.ts'

/**
 * The commit log is text that DuckDB reads by itself: one record a line, parts divided by U+001F, list items by U+001D, U+0002 for
 * "no value". Lines that begin with U+001E close a group and are comments to DuckDB. Control characters inside values are written as U+0001
 * and the character 64 places up, so that a value never divides.
 */
export const separator = '\x1f'
export const listSeparator = '\x1d'
export const absent = '\x02'
export const groupMark = '\x1e'

const control = /[\x00-\x1f]/
const controls = /[\x00-\x1f]/g

function escape(text: string): string {
  return control.test(text)
    ? text.replace(controls, (unit) => `\x01${String.fromCharCode(unit.charCodeAt(0) + 64)}`)
    : text
}

export function unescape(text: string): string {
  return text.includes('\x01')
    ? text.replace(/\x01([@-_])/g, (_, unit: string) => String.fromCharCode(unit.charCodeAt(0) - 64))
    : text
}

/** Bits of the column `elided`. */
export const elidedDocument = 1
export const elidedAlert = 2

/** The record with its position, as one line with its end. */
export function recordLine(entry: Entry, position: number, fingerprint: bigint): string {
  const { raw } = entry.event
  const text = fromByteString(raw.text)
  const short = withoutFullLog(entry.document, text)
  const { alert } = entry
  const own = alert && alert.document !== entry.document ? alert.document : undefined
  const ownShort = own === undefined ? undefined : withoutFullLog(own, text)
  const elided = (short === undefined ? 0 : elidedDocument) + (ownShort === undefined ? 0 : elidedAlert)
  let line = `${position}${separator}${Math.trunc(raw.receivedAtMs)}${separator}${fingerprint}`
  line += separator + escape(raw.id) + separator + escape(raw.source)
  line += separator + escape(fromByteString(raw.location))
  line += separator + (alert ? escape(alert.id) : absent) + separator + elided
  for (const { of } of columns) line += separator + columnText(of(entry))
  line += separator + escape(text) + separator + escape(short ?? entry.document)
  return `${line}${separator}${own === undefined ? absent : escape(ownShort ?? own)}\n`
}

function columnText(value: string | number | readonly string[] | undefined): string {
  if (value === undefined) return absent
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  return value.length === 0 ? absent : value.map(escape).join(listSeparator)
}
