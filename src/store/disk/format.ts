import type { DuckDBValue } from '@duckdb/node-api'

import { type Column, columns } from './columns.ts'
import { storedTextsAt } from './json-values.ts'
import { absent, groupMark, listSeparator, separator } from './line.ts'
import { Values } from './statement.ts'

/**
 * Raised when columns are added. Records of an older format stay as they are until their segment is written anew for another reason; what they have no column for
 * is looked for in their documents. Those of a newer one are not opened.
 */
export const format = 2

interface Part {
  readonly name: string
  readonly logType: string
  readonly tableType: string
  readonly read: string
  /** Absent in lines and records of an older format. */
  readonly column?: Column
}

function plain(name: string, type: string, column?: Column): Part {
  const part = { name, logType: type, tableType: type, read: name }
  return column ? { ...part, column } : part
}

/** Long text: compressed as a whole instead of word by word. */
function long(name: string): Part {
  return { name, logType: 'VARCHAR', tableType: 'VARCHAR USING COMPRESSION zstd', read: name }
}

const parts: readonly Part[] = [
  plain('position', 'BIGINT'),
  plain('received_ms', 'BIGINT'),
  plain('fingerprint', 'UBIGINT'),
  plain('event_id', 'VARCHAR'),
  plain('source', 'VARCHAR'),
  plain('location', 'VARCHAR'),
  plain('alert_id', 'VARCHAR'),
  plain('elided', 'UTINYINT'),
  ...columns.map((column): Part => {
    const { name, type } = column
    if (type === 'number') return plain(name, 'INTEGER', column)
    if (type === 'text') return plain(name, 'VARCHAR', column)
    const read = `string_split(${name}, chr(${listSeparator.charCodeAt(0)}))`
    return { name, logType: 'VARCHAR', tableType: 'VARCHAR[]', read, column }
  }),
  long('text'),
  long('document'),
  long('alert_document'),
]

export const createRecords = (schema: string) =>
  `CREATE TABLE ${schema}.records (${parts.map(({ name, tableType }) => `${name} ${tableType}`).join(', ')})`

function isIn(part: Part, ofFormat: number): boolean {
  return (part.column?.since ?? 1) <= ofFormat
}

/** What records of the format have no column for, as one. */
function fromDocument({ field, type }: Column, values: Values): string {
  const texts = storedTextsAt(field, 'events', values)
  return type === 'list' ? `nullif(${texts}, [])` : `nullif(${texts}[1], '')`
}

/** All columns of a record of the format. */
export function inNewestFormat(
  ofFormat: number,
  values: Values,
  read: keyof Part & ('name' | 'read') = 'name',
): string {
  return parts
    .map((part) => (part.column && !isIn(part, ofFormat) ? fromDocument(part.column, values) : part[read]))
    .join(', ')
}

/** What is read of log files. */
export interface LogFiles {
  readonly paths: readonly string[]
  /** Bytes. */
  readonly longestLine: number
  /** Of all lines. */
  readonly format: number
}

interface Statement {
  readonly sql: string
  readonly values: DuckDBValue[]
}

/** `INSERT` of whole log files. */
export function insertFromLogs(schema: string, files: LogFiles): Statement {
  const values = new Values()
  const from = logTable(files, values)
  const sql = `INSERT INTO ${schema}.records SELECT ${inNewestFormat(files.format, values, 'read')} FROM ${from}`
  return { sql, values: values.list }
}

/** Positions, times and counts of log files. */
export function logExtent(files: LogFiles): Statement {
  const values = new Values()
  const from = logTable(files, values)
  const sql = `SELECT count(*), count(alert_id), min(position), max(position), min(received_ms), max(received_ms) FROM ${from}`
  return { sql, values: values.list }
}

const mebibyte = 2 ** 20

/**
 * DuckDB takes memory for lines of the length announced, so announce what is there. Reading in parallel costs a third more processor time per record
 * and holds up everything else on two cores.
 */
function logTable({ paths, longestLine, format: ofFormat }: LogFiles, values: Values): string {
  const lineBytes = Math.max(mebibyte / 4, longestLine + 1)
  const files = paths.map((path) => values.add(path)).join(', ')
  const inLines = parts.filter((part) => isIn(part, ofFormat))
  return `read_csv([${files}], auto_detect = false, header = false, delim = '${separator}', quote = '', escape = '',
  nullstr = '${absent}', comment = '${groupMark}', parallel = false, new_line = '\\n', max_line_size = ${lineBytes}, buffer_size = ${Math.max(mebibyte, lineBytes * 2)},
  columns = {${inLines.map(({ name, logType }) => `'${name}': '${logType}'`).join(', ')}})`
}
