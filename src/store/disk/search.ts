import { withFullLog } from '../full-log.ts'
import type { Dataset, Hit, Page, SearchRequest } from '../store.ts'
import { isMemoryExhausted } from './damage.ts'
import type { Database, Row } from './database.ts'
import { unescape } from './line.ts'
import type { Segment } from './segment-file.ts'
import { condition, readsDocuments } from './sql.ts'
import { byFormat, documentOf, isElided, Values } from './statement.ts'
import { mayHold } from './words/needed-words.ts'
import { cut, inRanges, lengthOf, type Range } from './words/ranges.ts'
import type { WordIndex } from './words/word-index.ts'

export const countLimit = 10_000
const hitLimit = 10_000

interface Frame {
  readonly dataset: Dataset
  readonly fromMs?: number
  readonly toMs?: number
}

/** Segments that may hold records of the time range, oldest first. */
export function within(segments: readonly Segment[], { fromMs, toMs }: Frame): readonly Segment[] {
  return segments.filter(
    ({ firstMs, lastMs, records }) =>
      records > 0 && lastMs >= (fromMs ?? -Infinity) && firstMs < (toMs ?? Infinity),
  )
}

/** Everything a request asks of a record of a format but its position. */
export function whereOf(
  request: Frame & Pick<SearchRequest, 'query'>,
  format: number,
  values: Values,
): string {
  const parts = [condition(request.query, { dataset: request.dataset, format }, values)]
  if (request.dataset === 'alerts') parts.push('alert_id IS NOT NULL')
  if (request.fromMs !== undefined) parts.push(`received_ms >= ${values.add(request.fromMs)}`)
  if (request.toMs !== undefined) parts.push(`received_ms < ${values.add(request.toMs)}`)
  return parts.join(' AND ')
}

/** Ends one question. */
export interface TimeLimit {
  readonly ms: number
  readonly slow: AbortSignal
  /** Of the limit or of whoever asks. */
  readonly signal: AbortSignal
}

export function timeLimit(ms: number, signal: AbortSignal): TimeLimit {
  const slow = AbortSignal.timeout(ms)
  return { ms, slow, signal: AbortSignal.any([signal, slow]) }
}

export interface FewerRows {
  readonly rows: readonly Row[]
  /** How many were asked for in the end. */
  readonly limit: number
}

/** Events may be of a megabyte: when so many rows are too much for the memory of the store, fewer are read, at last one. */
export async function readFewer(
  limit: number,
  read: (limit: number) => Promise<readonly Row[]>,
): Promise<FewerRows> {
  try {
    return { rows: await read(limit), limit }
  } catch (error) {
    if (limit === 1 || !isMemoryExhausted(error)) throw error
    return readFewer(Math.ceil(limit / 4), read)
  }
}

/** The sentence for a limit that ended a statement; `undefined` when it failed for another reason. */
export function limitReached(error: unknown, { ms, slow }: TimeLimit): string | undefined {
  if (slow.aborted) return `the time limit of ${ms / 1000} s was reached; narrow the time range or the query`
  return isMemoryExhausted(error)
    ? 'it needs more memory than the store may use; narrow the time range or the query'
    : undefined
}

/** Counting goes on this long once the page is full. */
const countingMs = 1_500
/** How many positions a statement looks at when it has to read documents: few at first, because the newest are often enough. */
const firstStretch = 20_480
const longestStretch = 163_840
/** The database compares every row with each. */
const mostRanges = 64

interface Found {
  readonly hits: Hit[]
  total: number
  isCounted: boolean
}

/** What is read, and what says where there is something to read. */
export interface Readable {
  readonly database: Database
  readonly words: WordIndex
  /** For one question. */
  readonly timeLimitMs: number
}

/** One page and how many there are, newest first (or oldest), stopping as soon as both are known. */
export async function searchSegments(
  readable: Readable,
  segments: readonly Segment[],
  request: SearchRequest,
  callerSignal: AbortSignal,
): Promise<Page> {
  const limit = timeLimit(readable.timeLimitMs, callerSignal)
  const found: Found = { hits: [], total: 0, isCounted: true }
  try {
    await collect(found, { ...readable, segments, request, signal: limit.signal })
  } catch (error) {
    const partial = callerSignal.aborted ? undefined : limitReached(error, limit)
    if (partial === undefined) throw error
    return { hits: found.hits, total: { value: Math.min(found.total, countLimit), exact: false }, partial }
  }
  const exact = found.isCounted && found.total <= countLimit
  return { hits: found.hits, total: { value: Math.min(found.total, countLimit), exact } }
}

interface Looking extends Readable {
  readonly segments: readonly Segment[]
  readonly request: SearchRequest
  readonly signal: AbortSignal
}

async function collect(found: Found, looking: Looking): Promise<void> {
  const { database, request, signal } = looking
  const limit = Math.min(request.limit, hitLimit)
  const isCounting = request.counting !== false
  const began = performance.now()
  found.isCounted = isCounting
  const next = stretches(looking)
  const parts: Stretch[] = []
  for (;;) {
    const isFull = found.hits.length >= limit
    if (isFull && (!isCounting || found.total > countLimit)) return
    const stretch = parts.pop() ?? (await next.next()).value
    if (!stretch) return
    if (isFull && performance.now() - began > countingMs) {
      found.isCounted = false
      return
    }
    const { segment, ranges } = stretch
    const asked = { ...request, limit: limit - found.hits.length, ranges }
    try {
      const positions = await positionsIn(database, segment, asked, signal)
      const page = { ...request, positions: positions.page }
      found.hits.push(...(await hitsAt(database, segment, page, signal)))
      found.total += positions.total
    } catch (error) {
      const smaller = partsOf(stretch, request.order === 'newest')
      if (smaller.length < 2 || !isMemoryExhausted(error)) throw error
      parts.push(...smaller.toReversed())
    }
  }
}

/** What was too much at once, in pieces, in the order of the request. One position is one piece. */
function partsOf({ segment, ranges }: Stretch, isNewestFirst: boolean): readonly Stretch[] {
  const length = Math.ceil(ranges.reduce((sum, range) => sum + lengthOf(range), 0) / 8)
  return [...inPieces(ranges, isNewestFirst, () => length)].map((piece) => ({ segment, ranges: piece }))
}

interface Stretch {
  readonly segment: Segment
  /** In the order of the request. */
  readonly ranges: readonly Range[]
}

/** Positions in the order of the request: whole segments when columns answer the query, else in pieces. */
async function* stretches(looking: Looking): AsyncGenerator<Stretch, undefined> {
  const { request, words } = looking
  const segments = within(looking.segments, request)
  const isNewestFirst = request.order === 'newest'
  const readingOf = byFormat((format) => {
    const reads = readsDocuments(request.query, format)
    return { reads, mayHold: reads ? mayHold(request.query, format) : undefined }
  })
  let length = firstStretch / 2
  for (const segment of isNewestFirst ? segments.toReversed() : segments) {
    const reading = readingOf(segment)
    const next = () => {
      length = Math.min(length * 2, longestStretch)
      return reading.reads ? length : Infinity
    }
    const ranges = await words.candidates(segment, reading.mayHold)
    const ordered = isNewestFirst ? ranges.toReversed() : ranges
    for (const piece of inPieces(ordered, isNewestFirst, next)) yield { segment, ranges: piece }
  }
}

/** The ranges, so many positions at a time. */
function* inPieces(
  ranges: readonly Range[],
  isNewestFirst: boolean,
  nextLength: () => number,
): Generator<readonly Range[]> {
  let piece: Range[] = []
  let room = nextLength()
  for (const range of ranges) {
    for (let rest: Range | undefined = range; rest;) {
      const [first, left]: ReturnType<typeof cut> = cut(rest, room, isNewestFirst)
      piece.push(first)
      room -= lengthOf(first)
      rest = left
      if (room > 0 && piece.length < mostRanges) continue
      yield piece
      piece = []
      room = nextLength()
    }
  }
  if (piece.length > 0) yield piece
}

type Asked = SearchRequest & Pick<Stretch, 'ranges'>

async function positionsIn(
  database: Database,
  segment: Segment,
  request: Asked,
  signal: AbortSignal,
): Promise<{ readonly total: number; readonly page: readonly bigint[] }> {
  const { order, after, limit } = request
  const values = new Values()
  const where = `${inRanges(request.ranges)} AND ${whereOf(request, segment.format, values)}`
  const direction = order === 'newest' ? 'DESC' : 'ASC'
  const from = `FROM ${segment.schema}.records WHERE ${where}`
  const beyondSql = (position: number) =>
    ` AND position ${order === 'newest' ? '<' : '>'} ${values.add(position)}`
  const ask = async (more: string, most: number) => {
    const sql = `SELECT position ${from}${more} ORDER BY position ${direction} LIMIT ${most}`
    return (await database.read(sql, values.list, signal)).map(([position]) => BigInt(String(position)))
  }
  if (request.counting === false) {
    const page = await ask(after === undefined ? '' : beyondSql(after), limit)
    return { total: page.length, page }
  }
  const all = await ask('', Math.max(countLimit + 1, limit))
  if (after === undefined) return { total: all.length, page: all.slice(0, limit) }
  const beyond = BigInt(after)
  const isBeyond = (position: bigint) => (order === 'newest' ? position < beyond : position > beyond)
  const page = all.filter(isBeyond)
  if (page.length >= limit || all.length <= countLimit)
    return { total: all.length, page: page.slice(0, limit) }
  return { total: all.length, page: await ask(beyondSql(after), limit) }
}

const hitColumns = (dataset: Dataset) =>
  `position, event_id, source, received_ms, ${documentOf(dataset)}, ${isElided(dataset)},
   CASE WHEN (${isElided(dataset)}) = 1 THEN text END`

/** The hits at positions of one segment, which come in the order of the request. */
export async function hitsAt(
  database: Database,
  segment: Segment,
  request: At,
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  const hits: Hit[] = []
  let most = request.positions.length
  for (let left = request.positions; left.length > 0; left = left.slice(most)) {
    const { rows, limit } = await readFewer(most, (count) =>
      rowsAt(database, segment, { ...request, positions: left.slice(0, count) }, signal),
    )
    hits.push(...rows.map(toHit))
    most = limit
  }
  return hits
}

interface At {
  readonly dataset: Dataset
  readonly order: string
  readonly positions: readonly bigint[]
}

async function rowsAt(
  database: Database,
  segment: Segment,
  { positions, dataset, order }: At,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const first = positions[0]
  const last = positions.at(-1)
  if (first === undefined || last === undefined) return []
  const [low, high] = first < last ? [first, last] : [last, first]
  const listed =
    positions.length === Number(high - low) + 1 ? '' : ` AND position IN (${positions.join(', ')})`
  return database.read(
    `SELECT ${hitColumns(dataset)} FROM ${segment.schema}.records WHERE position BETWEEN ${low} AND ${high}${listed}
     ORDER BY position ${order === 'newest' ? 'DESC' : 'ASC'}`,
    [],
    signal,
  )
}

function toHit([position, eventId, source, receivedMs, document, elided, text]: Row): Hit {
  const shown = unescape(String(document))
  return {
    position: Number(position),
    eventId: unescape(String(eventId)),
    source: unescape(String(source)),
    receivedAtMs: Number(receivedMs),
    document: Number(elided) === 1 ? withFullLog(shown, unescape(String(text))) : shown,
  }
}

/** Records after a position in their order, from the oldest segment that has any. */
export async function hitsAfter(
  database: Database,
  segments: readonly Segment[],
  { dataset, after, limit }: { readonly dataset: Dataset; readonly after: number; readonly limit: number },
): Promise<{ readonly hits: readonly Hit[]; readonly at: number }> {
  const segment = segments.find(({ lastPosition, records }) => records > 0 && lastPosition > after)
  if (!segment) return { hits: [], at: after }
  const only = dataset === 'alerts' ? 'AND alert_id IS NOT NULL' : ''
  const { rows, limit: most } = await readFewer(limit, (count) =>
    database.read(
      `SELECT ${hitColumns(dataset)} FROM ${segment.schema}.records
       WHERE position > $1::BIGINT ${only} ORDER BY position LIMIT ${count}`,
      [BigInt(after)],
    ),
  )
  const hits = rows.map(toHit)
  return { hits, at: rows.length < most ? segment.lastPosition : (hits.at(-1)?.position ?? after) }
}

export async function hitById(
  database: Database,
  segments: readonly Segment[],
  { id, fingerprint }: { readonly id: string; readonly fingerprint: bigint },
): Promise<Hit | undefined> {
  for (const { schema } of [...segments].reverse()) {
    const rows = await database.read(
      `SELECT ${hitColumns('events')} FROM ${schema}.records WHERE fingerprint = $1::UBIGINT`,
      [fingerprint],
    )
    const hit = rows.map(toHit).find(({ eventId }) => eventId === id)
    if (hit) return hit
  }
  return undefined
}
