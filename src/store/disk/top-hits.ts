import { mostTopHits, topHit } from '../query/top-hit.ts'
import type { AggregateRequest, Aggregation, AggregationResult, Hit } from '../store.ts'
import { hitsAt, type Readable, searchSegments, whereOf } from './search.ts'
import { byFormat, Values } from './statement.ts'
import type { Narrowed } from './words/narrowed.ts'

interface Scope extends Readable {
  readonly segments: readonly Narrowed[]
  readonly request: AggregateRequest
  readonly signal: AbortSignal
}

/** Documents are read for the hits only. */
export async function topHits(
  { size, fields, order }: Extract<Aggregation, { kind: 'topHits' }>,
  scope: Scope,
): Promise<AggregationResult> {
  const limit = Math.min(size, mostTopHits)
  if (order === 'level')
    return { buckets: [], hits: (await highest(limit, scope)).map((hit) => topHit(hit, fields)) }
  const { dataset, query, fromMs, toMs } = scope.request
  const { hits, partial } = await searchSegments(
    scope,
    scope.segments,
    {
      dataset,
      query,
      ...(fromMs === undefined ? {} : { fromMs }),
      ...(toMs === undefined ? {} : { toMs }),
      limit,
      order: 'newest',
      counting: false,
    },
    scope.signal,
  )
  const found = { buckets: [], hits: hits.map((hit) => topHit(hit, fields)) }
  return partial === undefined ? found : { ...found, partial }
}

/** Highest level first, the newest of a level first. */
async function highest(
  limit: number,
  { database, segments, request, signal }: Scope,
): Promise<readonly Hit[]> {
  const values = new Values()
  const whereIn = byFormat((format) => whereOf(request, format, values))
  const parts = segments.map(
    (segment) =>
      `SELECT position, rule_level AS level FROM ${segment.schema}.records WHERE ${segment.only}${whereIn(segment)}`,
  )
  const rows = await database.read(
    `SELECT position FROM (${parts.join(' UNION ALL ')}) ORDER BY level DESC NULLS LAST, position DESC LIMIT ${limit}`,
    values.list,
    signal,
  )
  const ranked = rows.map(([position]) => Number(position))
  const hits = new Map<number, Hit>()
  for (const segment of segments) {
    const positions = ranked
      .filter((position) => position >= segment.firstPosition && position <= segment.lastPosition)
      .sort((a, b) => b - a)
      .map(BigInt)
    const asked = { dataset: request.dataset, order: 'newest', positions }
    for (const hit of await hitsAt(database, segment, asked, signal)) hits.set(hit.position, hit)
  }
  return ranked.flatMap((position) => hits.get(position) ?? [])
}
