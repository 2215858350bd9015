import { documentPath } from '../store/query/field.ts'
import { Subject } from '../store/query/subject.ts'
import type { Hit } from '../store/store.ts'
import { printable } from '../telemetry/printable.ts'

export const formats = ['table', 'ndjson', 'csv'] as const
export type HitFormat = (typeof formats)[number]

const csvFields = [
  'timestamp',
  'rule.level',
  'rule.id',
  'rule.description',
  'rule.groups',
  'agent.name',
  'location',
  'full_log',
] as const

/** First line of the format, if it has one. */
export function header(format: HitFormat): string {
  if (format === 'csv') return `${csvFields.join(',')}\r\n`
  return format === 'table' ? 'TIME                 LEVEL  RULE    WHAT\n' : ''
}

/** One record as the format shows it, with its line end. */
export function formatHit(hit: Hit, format: HitFormat, width = Infinity): string {
  if (format === 'ndjson') return `${hit.document}\n`
  const subject = new Subject(hit.document)
  const text = (field: string) => subject.textsAt(documentPath(field)).join(' ')
  if (format === 'csv') return `${csvFields.map((field) => csvCell(text(field))).join(',')}\r\n`
  const time = new Date(hit.receivedAtMs).toISOString().slice(0, 19).replace('T', ' ')
  const level = text('rule.level').padStart(5)
  const what = printable(text('rule.description') || `${text('location')}: ${text('full_log')}`)
  return `${`${time}  ${level}  ${text('rule.id').padEnd(6)}  ${what}`.slice(0, width)}\n`
}

/** A cell that begins like a formula would be run by spreadsheets: it gets an apostrophe. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
