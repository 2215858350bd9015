import { columns } from './columns.ts'
import { absent, groupMark, listSeparator, separator } from './line.ts'

/** Raised when columns change; segments of another format are not opened. */
export const format = 1

interface Part {
  readonly name: string
  readonly logType: string
  readonly tableType: string
  readonly read: string
}

function plain(name: string, type: string): Part {
  return { name, logType: type, tableType: type, read: name }
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
  ...columns.map(({ name, type }): Part => {
    if (type === 'number') return plain(name, 'INTEGER')
    if (type === 'text') return plain(name, 'VARCHAR')
    const read = `string_split(${name}, chr(${listSeparator.charCodeAt(0)}))`
    return { name, logType: 'VARCHAR', tableType: 'VARCHAR[]', read }
  }),
  long('text'),
  long('document'),
  long('alert_document'),
]

export const createRecords = (schema: string) =>
  `CREATE TABLE ${schema}.records (${parts.map(({ name, tableType }) => `${name} ${tableType}`).join(', ')})`

/** What is read of log files. */
export interface LogFiles {
  readonly count: number
  /** Bytes. */
  readonly longestLine: number
}

/** `INSERT` of whole log files, whose paths are the parameters. */
export const insertFromLogs = (schema: string, files: LogFiles) =>
  `INSERT INTO ${schema}.records SELECT ${parts.map(({ read }) => read).join(', ')} FROM ${logTable(files)}`

/** Positions, times and counts of a log file, whose path is the parameter. */
export const logExtent = (longestLine: number) =>
  `SELECT count(*), count(alert_id), min(position), max(position), min(received_ms), max(received_ms)
   FROM ${logTable({ count: 1, longestLine })}`

const mebibyte = 2 ** 20

/**
 * DuckDB takes memory for lines of the length announced, so announce what is there. Reading in parallel costs a third more processor time per record
 * and holds up everything else on two cores.
 */
function logTable({ count, longestLine }: LogFiles): string {
  const lineBytes = Math.max(mebibyte / 4, longestLine + 1)
  const paths = Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ')
  return `read_csv([${paths}], auto_detect = false, header = false, delim = '${separator}', quote = '', escape = '',
  nullstr = '${absent}', comment = '${groupMark}', parallel = false, new_line = '\\n', max_line_size = ${lineBytes}, buffer_size = ${Math.max(mebibyte, lineBytes * 2)},
  columns = {${parts.map(({ name, logType }) => `'${name}': '${logType}'`).join(', ')}})`
}
