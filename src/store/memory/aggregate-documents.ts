import { documentPath } from '../query/field.ts'
import { numberOf } from '../query/value.ts'
import { Subject } from '../query/subject.ts'
import { mostTopHits, topHit } from '../query/top-hit.ts'
import type { Aggregation, AggregationResult, Bucket, Hit, TopHit } from '../store.ts'

interface Row {
  readonly hit: Hit
  readonly subject: Subject
  readonly receivedAtMs: number
  readonly level: number | undefined
}

/** One aggregation over documents in memory: what the disk store does with SQL. */
export function aggregateDocuments(aggregation: Aggregation, hits: readonly Hit[]): AggregationResult {
  const rows = hits.map((hit): Row => {
    const { document, receivedAtMs } = hit
    const subject = new Subject(document)
    return { hit, subject, receivedAtMs, level: numberOf(subject.textsAt('rule.level')[0] ?? '') }
  })
  switch (aggregation.kind) {
    case 'terms': {
      const all = counted(rows, (row) => texts(row, aggregation.field), aggregation)
      const rest = all.slice(aggregation.size).reduce((sum, { count }) => sum + count, 0)
      return { buckets: all.slice(0, aggregation.size), other: rest }
    }
    case 'histogram':
      return { buckets: histogram(rows, aggregation) }
    case 'range':
      return ranges(rows, aggregation)
    case 'cardinality':
      return { buckets: [], value: new Set(rows.flatMap((row) => texts(row, aggregation.field))).size }
    case 'extent': {
      const found = numbers(rows, aggregation.field).sort((a, b) => a - b)
      const [low] = found
      const high = found.at(-1)
      if (low === undefined || high === undefined) return { buckets: [] }
      return { buckets: [low, high].map((key) => ({ key, count: 1 })) }
    }
    case 'topHits':
      return { buckets: [], hits: topHits(rows, aggregation) }
  }
}

function topHits(
  rows: readonly Row[],
  { size, fields, order = 'newest' }: Extract<Aggregation, { kind: 'topHits' }>,
): TopHit[] {
  const newest = rows.toSorted((a, b) => b.hit.position - a.hit.position)
  const ranked = order === 'newest' ? newest : newest.toSorted((a, b) => (b.level ?? -1) - (a.level ?? -1))
  return ranked.slice(0, Math.min(size, mostTopHits)).map(({ hit }) => topHit(hit, fields))
}

function texts({ subject }: Row, field: string): readonly string[] {
  return subject.textsAt(documentPath(field))
}

function numbers(rows: readonly Row[], field: string): number[] {
  if (field === 'timestamp' || field === '@timestamp') return rows.map(({ receivedAtMs }) => receivedAtMs)
  return rows.flatMap((row) => texts(row, field)).flatMap((text) => numberOf(text) ?? [])
}

function counted(
  rows: readonly Row[],
  keysOf: (row: Row) => readonly string[],
  { by, times = false }: Pick<Extract<Aggregation, { kind: 'terms' }>, 'by' | 'times'> = {},
): Bucket[] {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    for (const key of keysOf(row)) {
      const group = found.get(key)
      if (group) group.push(row)
      else found.set(key, [row])
    }
  }
  const splitOf = by && splitter(rows, (row) => texts(row, by.field), by.size)
  return [...found]
    .map(([key, group]) => ({
      key,
      count: group.length,
      ...highest(group),
      ...(times ? timesOf(group) : {}),
      ...(splitOf ? { split: splitOf(group) } : {}),
    }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
}

function timesOf(rows: readonly Row[]): { readonly firstMs: number; readonly lastMs: number } {
  const all = rows.map(({ receivedAtMs }) => receivedAtMs)
  return {
    firstMs: all.reduce((a, b) => Math.min(a, b), Infinity),
    lastMs: all.reduce((a, b) => Math.max(a, b), 0),
  }
}

/** Counts the most frequent parts of a group by name, the rest as `other`. */
function splitter(rows: readonly Row[], partsOf: (row: Row) => readonly string[], size: number) {
  const ranked = counted(rows, partsOf).slice(0, size)
  const chosen = new Set(ranked.map(({ key }) => key))
  return (group: readonly Row[]): Record<string, number> => {
    // Not an object at once: a part may be called `constructor` or `__proto__`.
    const split = new Map<string, number>()
    for (const part of group.flatMap(partsOf)) {
      const name = chosen.has(part) ? part : 'other'
      split.set(name, (split.get(name) ?? 0) + 1)
    }
    return Object.fromEntries(split)
  }
}

function highest(rows: readonly Row[]): { readonly maxLevel?: number } {
  const levels = rows.flatMap(({ level }) => level ?? [])
  return levels.length === 0 ? {} : { maxLevel: Math.max(...levels) }
}

function band(level = 0): string {
  if (level >= 15) return 'critical'
  if (level >= 12) return 'high'
  if (level >= 7) return 'medium'
  return level >= 4 ? 'low' : 'info'
}

function histogram(
  rows: readonly Row[],
  { intervalMs, by }: Extract<Aggregation, { kind: 'histogram' }>,
): Bucket[] {
  const width = Math.max(1, Math.round(intervalMs))
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const key = row.receivedAtMs - (row.receivedAtMs % width)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const partsOf = (row: Row) =>
    by === undefined ? [] : by === 'level' ? [band(row.level)] : texts(row, by.field)
  const splitOf = splitter(rows, partsOf, typeof by === 'object' ? by.size : 5)
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([key, group]) => ({
      key,
      count: group.length,
      ...highest(group),
      ...(by === undefined ? {} : { split: splitOf(group) }),
    }))
}

function ranges(
  rows: readonly Row[],
  { field, bounds }: Extract<Aggregation, { kind: 'range' }>,
): AggregationResult {
  const sorted = [...bounds].sort((a, b) => a - b)
  const found = numbers(rows, field)
  const buckets = sorted.map((key, index) => {
    const next = sorted[index + 1] ?? Infinity
    return { key, count: found.filter((number) => number >= key && number < next).length }
  })
  return { buckets, other: found.length - buckets.reduce((sum, { count }) => sum + count, 0) }
}
