import { documentPath } from '../query/field.ts'
import type { AggregateRequest, Aggregation, AggregationResult, Bucket } from '../store.ts'
import { columnOf } from './columns.ts'
import type { Row } from './database.ts'
import { format as newestFormat } from './format.ts'
import { unescape } from './line.ts'
import { limitReached, type Readable, timeLimit, whereOf, within } from './search.ts'
import type { Segment } from './segment-file.ts'
import { storedTextsAt, textsAt } from './json-values.ts'
import { byFormat, type Records, Values } from './statement.ts'
import { type Narrowed, narrowed } from './words/narrowed.ts'
import { mayHoldAt } from './words/needed-words.ts'
import { topHits } from './top-hits.ts'

const bucketLimit = 2_000

const bands = `CASE WHEN rule_level >= 15 THEN 'critical' WHEN rule_level >= 12 THEN 'high'
  WHEN rule_level >= 7 THEN 'medium' WHEN rule_level >= 4 THEN 'low' ELSE 'info' END`

/** Each aggregation is one statement over all segments of the time range. */
export async function aggregateSegments(
  readable: Readable,
  segments: readonly Segment[],
  request: AggregateRequest,
  callerSignal: AbortSignal,
): Promise<Readonly<Record<string, AggregationResult>>> {
  const limit = timeLimit(readable.timeLimitMs, callerSignal)
  const results: Record<string, AggregationResult> = {}
  const inRange = within(segments, request)
  for (const [name, aggregation] of Object.entries(request.aggregations)) {
    try {
      const field = 'field' in aggregation ? aggregation.field : undefined
      const mayHold = byFormat((format) => mayHoldAt(request.query, field, format))
      const segments = await narrowed(readable.words, inRange, mayHold)
      const scope: Scope = { ...readable, segments, request, signal: limit.signal }
      results[name] = segments.length === 0 ? nothing(aggregation) : await run(aggregation, scope)
    } catch (error) {
      const partial = callerSignal.aborted ? undefined : limitReached(error, limit)
      if (partial === undefined) throw error
      results[name] = { buckets: [], partial }
    }
  }
  return results
}

function nothing(aggregation: Aggregation): AggregationResult {
  if (aggregation.kind === 'cardinality') return { buckets: [], value: 0 }
  if (aggregation.kind === 'terms') return { buckets: [], other: 0 }
  if (aggregation.kind === 'topHits') return { buckets: [], hits: [] }
  if (aggregation.kind !== 'range') return { buckets: [] }
  const bounds = [...aggregation.bounds].sort((a, b) => a - b)
  return { buckets: bounds.map((key) => ({ key, count: 0 })), other: 0 }
}

interface Scope extends Readable {
  readonly segments: readonly Narrowed[]
  readonly request: AggregateRequest
  readonly signal: AbortSignal
}

function run(aggregation: Aggregation, scope: Scope): Promise<AggregationResult> {
  switch (aggregation.kind) {
    case 'terms':
      return terms(aggregation, scope)
    case 'histogram':
      return histogram(aggregation, scope)
    case 'range':
      return ranges(aggregation, scope)
    case 'cardinality':
      return cardinality(aggregation, scope)
    case 'extent':
      return extent(aggregation, scope)
    case 'topHits':
      return topHits(aggregation, scope)
  }
}

/** The rows the request asks for, with the named expressions. */
function source(
  { segments, request }: Scope,
  values: Values,
  select: (values: Values, records: Records) => string,
): string {
  const { dataset } = request
  const textOf = byFormat((format) => ({
    where: whereOf(request, format, values),
    what: select(values, { dataset, format }),
  }))
  const parts = segments.map((segment) => {
    const { where, what } = textOf(segment)
    return `SELECT ${what} FROM ${segment.schema}.records WHERE ${segment.only}${where}`
  })
  return `(${parts.join(' UNION ALL ')})`
}

/** One row per value at the path; records without one give none. */
function eachValue(field: string, values: Values, { dataset, format }: Records): string {
  const path = documentPath(field)
  const column = columnOf(path, format)
  if (column) return column.type === 'list' ? `unnest(${column.name})` : column.name
  // Other segments may have a column for it: the same text is to be the same key.
  const texts = columnOf(path, newestFormat) ? storedTextsAt : textsAt
  return `unnest(${texts(path, dataset, values)})`
}

async function terms(
  { field, size, by, times }: Extract<Aggregation, { kind: 'terms' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const values = new Values()
  const from = source(
    scope,
    values,
    (v, records) => `${eachValue(field, v, records)} AS key, rule_level AS level, received_ms AS arrived`,
  )
  const limit = Math.min(size, bucketLimit)
  const rows = await scope.database.read(
    `WITH counted AS (SELECT key, count(*) AS n, max(level) AS top${times ? ', min(arrived) AS began, max(arrived) AS ended' : ''}
       FROM ${from} WHERE key IS NOT NULL GROUP BY key)
     SELECT key, n, top, sum(n) OVER ()${times ? ', began, ended' : ''} FROM counted ORDER BY n DESC, key::VARCHAR LIMIT ${Math.max(1, limit)}`,
    values.list,
    scope.signal,
  )
  const shown = valuesOf(field)
  const chosen = rows.slice(0, limit)
  const buckets = chosen.map(([key, n, top, , first, last]) => ({
    ...bucket(shown(key), n, top),
    ...(times ? { firstMs: Number(first), lastMs: Number(last) } : {}),
  }))
  if (by && chosen.length > 0) {
    const keys = chosen.map(([key]) => String(key))
    addParts(
      new Map(buckets.map((one) => [one.key, one])),
      await partsOf(field, by.field, keys, scope),
      by.size,
    )
  }
  const all = Number(rows[0]?.[3] ?? 0)
  return { buckets, other: all - buckets.reduce((sum, { count }) => sum + count, 0) }
}

/** Key, part and count for some keys of one field and every value of another. */
async function partsOf(
  field: string,
  by: string,
  keys: readonly string[],
  { database, segments, request, signal }: Scope,
): Promise<readonly Part[]> {
  const values = new Values()
  const { dataset } = request
  const textOf = byFormat((format) => ({
    where: whereOf(request, format, values),
    key: eachValue(field, values, { dataset, format }),
    part: eachValue(by, values, { dataset, format }),
  }))
  // Two lists taken apart in one SELECT would be paired, not combined.
  const parts = segments.map((segment) => {
    const { where, key, part } = textOf(segment)
    return `SELECT key, ${part} AS part FROM (SELECT *, ${key} AS key FROM ${segment.schema}.records WHERE ${segment.only}${where})`
  })
  const wanted = keys.map((one) => values.add(one)).join(', ')
  const rows = await database.read(
    `SELECT key, part, count(*) AS n FROM (${parts.join(' UNION ALL ')})
     WHERE part IS NOT NULL AND key::VARCHAR IN (${wanted}) GROUP BY key, part ORDER BY n DESC LIMIT 200000`,
    values.list,
    signal,
  )
  const shownKey = valuesOf(field)
  const shownPart = valuesOf(by)
  return rows.map(([one, name, count]) => ({
    key: shownKey(one),
    part: String(shownPart(name)),
    count: Number(count),
  }))
}

/** How values of a field are shown: texts of documents are what they are, those of columns may be escaped. */
function valuesOf(field: string): (value: Row[number] | undefined) => string | number {
  const textOf = columnOf(documentPath(field), newestFormat) ? unescape : (text: string) => text
  return (value) =>
    typeof value === 'number' || typeof value === 'bigint' ? Number(value) : textOf(String(value))
}

function bucket(
  key: string | number,
  count: Row[number] | undefined,
  top: Row[number] | undefined,
): Bucket & Splittable {
  const plain = { key, count: Number(count) }
  return top === null || top === undefined ? plain : { ...plain, maxLevel: Number(top) }
}

async function histogram(
  { intervalMs, by }: Extract<Aggregation, { kind: 'histogram' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const width = Math.max(1, Math.round(intervalMs))
  const rows = await intervals(width, by === 'level' ? () => bands : undefined, scope)
  const buckets = timeBuckets(rows)
  if (typeof by === 'object') {
    // A record with several values is in several parts, one without is in none: the totals need their own count.
    const parts = await intervals(width, (v, records) => eachValue(by.field, v, records), scope)
    addParts(buckets, timeParts(parts, valuesOf(by.field)), by.size)
  } else if (by === 'level') addParts(buckets, timeParts(rows, String), 5)
  const newest = [...buckets.values()].slice(-bucketLimit)
  return newest.length < buckets.size ? { buckets: newest, partial: tooManyBuckets } : { buckets: newest }
}

/** Key, part, count and highest level of each interval. */
function intervals(
  width: number,
  part: ((values: Values, records: Records) => string) | undefined,
  scope: Scope,
): Promise<readonly Row[]> {
  const values = new Values()
  const from = source(
    scope,
    values,
    (v, records) =>
      `received_ms - (received_ms % ${width}) AS key, rule_level AS level, ${part ? part(v, records) : 'NULL'} AS part`,
  )
  return scope.database.read(
    `SELECT key, part, count(*), max(level) FROM ${from} GROUP BY key, part ORDER BY key LIMIT 200000`,
    values.list,
    scope.signal,
  )
}

const tooManyBuckets = `only the newest ${bucketLimit} intervals are shown`

interface Splittable {
  split?: Record<string, number>
}

interface TimeBucket extends Splittable {
  readonly key: number
  count: number
  maxLevel?: number
}

interface Part {
  readonly key: string | number
  readonly part: string
  readonly count: number
}

function timeParts(
  rows: readonly Row[],
  shown: (part: Row[number] | undefined) => string | number,
): readonly Part[] {
  return rows.flatMap(([key, part, count]) =>
    part === null ? [] : [{ key: Number(key), part: String(shown(part)), count: Number(count) }],
  )
}

function timeBuckets(rows: readonly Row[]): Map<number, TimeBucket> {
  const buckets = new Map<number, TimeBucket>()
  for (const [time, , count, top] of rows) {
    const key = Number(time)
    const bucket = buckets.get(key) ?? { key, count: 0 }
    bucket.count += Number(count)
    if (top !== null) bucket.maxLevel = Math.max(bucket.maxLevel ?? 0, Number(top))
    buckets.set(key, bucket)
  }
  return buckets
}

/** The most frequent parts by name, the rest as `other`. */
function addParts(
  buckets: ReadonlyMap<string | number, Splittable>,
  named: readonly Part[],
  size: number,
): void {
  const totals = new Map<string, number>()
  for (const { part, count } of named) totals.set(part, (totals.get(part) ?? 0) + count)
  const ranked = [...totals].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const chosen = new Set(ranked.slice(0, Math.min(size, 100)).map(([part]) => part))
  // Not objects at once: a part may be called `constructor` or `__proto__`.
  const splits = new Map([...buckets.keys()].map((key) => [key, new Map<string, number>()]))
  for (const { key, part, count } of named) {
    const split = splits.get(key)
    const name = chosen.has(part) ? part : 'other'
    split?.set(name, (split.get(name) ?? 0) + count)
  }
  for (const [key, bucket] of buckets) bucket.split = Object.fromEntries(splits.get(key) ?? [])
}

/** Buckets from each bound up to the next; the last is open. Values below the first bound are `other`. */
async function ranges(
  { field, bounds }: Extract<Aggregation, { kind: 'range' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const sorted = [...bounds].sort((a, b) => a - b).slice(0, 100)
  const values = new Values()
  const from = source(
    scope,
    values,
    (v, records) => `${eachValue(field, v, records)} AS key, rule_level AS level`,
  )
  const counts = sorted.map((bound, index) => {
    const next = sorted[index + 1]
    const below = next === undefined ? '' : ` AND number < ${values.add(next)}`
    return `count(*) FILTER (WHERE number >= ${values.add(bound)}${below})`
  })
  const [row = []] = await scope.database.read(
    `SELECT count(number), ${counts.join(', ') || '0'} FROM (SELECT TRY_CAST(key AS DOUBLE) AS number FROM ${from})`,
    values.list,
    scope.signal,
  )
  const buckets = sorted.map((key, index) => ({ key, count: Number(row[index + 1] ?? 0) }))
  const inside = buckets.reduce((sum, { count }) => sum + count, 0)
  return { buckets, other: Number(row[0] ?? 0) - inside }
}

/** Exact: memory is bounded by the database's limit, time by the request's. */
async function cardinality(
  { field }: Extract<Aggregation, { kind: 'cardinality' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const values = new Values()
  const from = source(scope, values, (v, records) => `${eachValue(field, v, records)} AS key`)
  const [row] = await scope.database.read(
    `SELECT count(DISTINCT key) FROM ${from}`,
    values.list,
    scope.signal,
  )
  return { buckets: [], value: Number(row?.[0] ?? 0) }
}

/** First and last value: buckets `min` and `max`. */
async function extent(
  { field }: Extract<Aggregation, { kind: 'extent' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const values = new Values()
  const time = field === 'timestamp' || field === '@timestamp'
  const from = source(
    scope,
    values,
    (v, records) => `${time ? 'received_ms' : eachValue(field, v, records)} AS key`,
  )
  const [row] = await scope.database.read(
    `SELECT min(number), max(number), count(number) FROM (SELECT TRY_CAST(key AS DOUBLE) AS number FROM ${from})`,
    values.list,
    scope.signal,
  )
  if (Number(row?.[2] ?? 0) === 0) return { buckets: [] }
  return {
    buckets: [
      { key: Number(row?.[0]), count: 1 },
      { key: Number(row?.[1]), count: 1 },
    ],
  }
}
