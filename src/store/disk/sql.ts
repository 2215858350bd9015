import { documentPath, isTime } from '../query/field.ts'
import type { Query } from '../query/query.ts'
import { fold, numberOf, pieces, timeOf, wanted, type Wanted } from '../query/value.ts'
import { columnOf } from './columns.ts'
import { existsAt, textsAt } from './json-values.ts'
import { escape } from './line.ts'
import { documentOf, isElided, jsonOf, type Records, type Values } from './statement.ts'

/** A condition that is true or false, never NULL, for every record. */
export function condition(query: Query, records: Records, values: Values): string {
  switch (query.kind) {
    case 'all':
      return 'true'
    case 'and':
    case 'or': {
      const parts = query.parts.map((part) => condition(part, records, values))
      const none = query.kind === 'and' ? 'true' : 'false'
      return parts.length === 0 ? none : `(${parts.join(query.kind === 'and' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return `(NOT ${condition(query.part, records, values)})`
    case 'match':
      return query.field === undefined
        ? anywhere(query.value, query.phrase, records, values)
        : matches(query.field, wanted(query.value, query.phrase), records, values)
    case 'exists':
      return exists(documentPath(query.field), records, values)
    case 'range':
      return range(query, records, values)
  }
}

/** Whether columns alone cannot answer the query. */
export function readsDocuments(query: Query, format: number): boolean {
  switch (query.kind) {
    case 'all':
      return false
    case 'and':
    case 'or':
      return query.parts.some((part) => readsDocuments(part, format))
    case 'not':
      return readsDocuments(query.part, format)
    case 'match':
    case 'exists':
    case 'range': {
      const path = query.field === undefined ? undefined : documentPath(query.field)
      return path === undefined || (!columnOf(path, format) && !isTime(path))
    }
  }
}

/** Looking for a plain text is three times faster than a pattern that says the same. */
function anywhere(value: string, phrase: boolean, records: Records, values: Values): string {
  const wantedPieces = pieces(value, phrase).filter((piece) => piece !== '')
  const holds = (text: string, parts: readonly string[]) => {
    const [only = '', ...more] = parts.map(fold)
    if (more.length === 0) return `contains(lower(${text}), ${values.add(only)})`
    return `lower(${text}) LIKE ${values.add(`%${[only, ...more].map(likeText).join('%')}%`)} ESCAPE '\\'`
  }
  const inJson = wantedPieces.map((piece) => escape(JSON.stringify(piece).slice(1, -1)))
  const doc = holds(documentOf(records.dataset), inJson)
  return `(${doc} OR ((${isElided(records.dataset)}) = 1 AND ${holds('text', wantedPieces.map(escape))}))`
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** Where a value is, and the form texts have there. */
interface Place {
  readonly sql: string
  readonly stored: (text: string) => string
}

const inColumn = (sql: string): Place => ({ sql, stored: escape })
const inJson = (sql: string): Place => ({ sql, stored: (text) => text })

/** What is asked of one text value. */
function test({ sql: value, stored }: Place, want: Wanted, values: Values): string {
  switch (want.kind) {
    case 'equals':
      return `lower(${value}) = ${values.add(stored(want.text))}`
    case 'pattern':
      return `lower(${value}) LIKE ${values.add(want.parts.map(stored).map(likeText).join('%'))} ESCAPE '\\'`
    case 'network':
      return `(${addressOf(value)} BETWEEN ${values.add(want.first)} AND ${values.add(want.last)})`
    case 'network6':
      return `(${address6Of(value)} BETWEEN ${values.add(want.first)} AND ${values.add(want.last)})`
  }
}

/** An IPv4 address, also one written as IPv6, as a number; NULL for anything else. */
function addressOf(value: string): string {
  const plain = `regexp_replace(${value}, '^::ffff:', '', 'i')`
  const part = (index: number) => `TRY_CAST(split_part(${plain}, '.', ${index}) AS UTINYINT)::BIGINT`
  return `CASE WHEN regexp_full_match(${plain}, '[0-9]{1,3}(\\.[0-9]{1,3}){3}')
    THEN ((${part(1)} * 256 + ${part(2)}) * 256 + ${part(3)}) * 256 + ${part(4)} END`
}

/** An IPv6 address as 32 hexadecimal digits, NULL for anything else. */
function address6Of(value: string): string {
  const group = '[0-9a-fA-F]{1,4}'
  const groups = (side: number) =>
    `list_filter(string_split(split_part(${value}, '::', ${side}), ':'), lambda part: part <> '')`
  const digits = (side: number) =>
    `array_to_string(list_transform(${groups(side)}, lambda part: lpad(lower(part), 4, '0')), '')`
  const whole = `${digits(1)} || repeat('0000', 8 - len(${groups(1)}) - len(${groups(2)})) || ${digits(2)}`
  return `CASE WHEN regexp_full_match(${value}, '${group}(:${group}){7}')
    OR (regexp_full_match(${value}, '(${group}(:${group})*)?::(${group}(:${group})*)?') AND len(${groups(1)}) + len(${groups(2)}) < 8)
    THEN ${whole} END`
}

function matches(field: string, want: Wanted, records: Records, values: Values): string {
  return anyValue(documentPath(field), records, values, (value) => test(value, want, values))
}

/** True when one of the values at the path passes. */
function anyValue(path: string, records: Records, values: Values, passes: (value: Place) => string): string {
  const column = columnOf(path, records.format)
  if (column?.type === 'list') return `coalesce(${anyOf(column.name, inColumn, passes)}, false)`
  if (column) {
    const text = column.type === 'text' ? column.name : `${column.name}::VARCHAR`
    return `coalesce(${passes(inColumn(text))}, false)`
  }
  if (path === 'full_log') {
    const own = passes(inJson(`json_extract_string(${jsonOf(records.dataset)}, '$.full_log')`))
    return `coalesce(CASE WHEN (${isElided(records.dataset)}) = 1 THEN ${passes(inColumn('text'))} ELSE ${own} END, false)`
  }
  return `coalesce(${anyOf(textsAt(path, records.dataset, values), inJson, passes)}, false)`
}

function anyOf(list: string, place: (sql: string) => Place, passes: (value: Place) => string): string {
  return `len(list_filter(${list}, lambda item: ${passes(place('item'))})) > 0`
}

function exists(path: string, records: Records, values: Values): string {
  const column = columnOf(path, records.format)
  if (column) return `(${column.name} IS NOT NULL)`
  return existsAt(path, records.dataset, values)
}

/** The value as a number, NULL when it is none; the cast alone would also take blanks and words such as `inf`. */
function numberIn(sql: string): string {
  const form = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'
  return `CASE WHEN regexp_full_match(${sql}, '${form}') THEN TRY_CAST(${sql} AS DOUBLE) END`
}

function range(query: Extract<Query, { kind: 'range' }>, records: Records, values: Values): string {
  const path = documentPath(query.field)
  const { operator } = query
  const time = isTime(path) ? timeOf(query.value) : undefined
  if (time !== undefined) return `(received_ms ${operator} ${values.add(time)})`
  const column = columnOf(path, records.format)
  const number = numberOf(query.value)
  if (column?.type === 'number' && number !== undefined)
    return `coalesce(${column.name} ${operator} ${values.add(number)}, false)`
  return anyValue(path, records, values, ({ sql, stored }) =>
    number === undefined
      ? `lower(${sql}) ${operator} ${values.add(stored(fold(query.value)))}`
      : `${numberIn(sql)} ${operator} ${values.add(number)}`,
  )
}
