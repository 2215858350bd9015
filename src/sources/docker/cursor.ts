import type { Cursor } from '../../event/batch.ts'
import { isObject, objectOf, objectsOf, textOf, textsOf, type JsonObject } from './json-object.ts'
import { readLateEvent, type LateEvent } from './outgoing.ts'
import { readChanges, writeChange, type EngineChange } from './recent-changes.ts'
import type { SpoolPosition } from './spool.ts'

/** How far one engine was read: the time of the newest event, and the ids of all events of that instant. */
export interface Position {
  readonly engineId: string
  readonly nano: bigint
  readonly ids: readonly string[]
}

/** Between these times events were lost, and what changed meanwhile is not yet told. Nanoseconds since 1970, on the clock of the engine. */
export interface OpenGap {
  readonly from: bigint
  /** Time of the first event behind it. */
  readonly to: bigint
}

/** By `EngineAddress.key`. */
export type Positions = ReadonlyMap<string, Position>

/** Everything that is stored together with a batch. */
export interface Place {
  readonly positions: Positions
  /** Events that went without their facts and will come again with them. */
  readonly late: readonly LateEvent[]
  /** Where the spool goes on; `undefined` when it was never used. */
  readonly spool: SpoolPosition | undefined
  /** By `EngineAddress.key`. */
  readonly gaps: ReadonlyMap<string, OpenGap>
  /** What the saved list of containers may lack. */
  readonly changes: readonly EngineChange[]
}

export function writeCursor({ positions, late, spool, gaps, changes }: Place): Cursor {
  const engines = [...positions].map(([key, { engineId, nano, ids }]) => [
    key,
    { engineId, nano: String(nano), ids },
  ])
  const open = [...gaps].map(([key, { from, to }]) => [key, { from: String(from), to: String(to) }])
  const rest = {
    ...(late.length > 0 ? { late } : {}),
    ...(spool ? { spool } : {}),
    ...(open.length > 0 ? { gaps: Object.fromEntries(open) } : {}),
    ...(changes.length > 0 ? { changes: changes.map(writeChange) } : {}),
  }
  return JSON.stringify({ engines: Object.fromEntries(engines), ...rest })
}

/** What cannot be read is left out: the engine is then read from now on. */
export function readCursor(
  cursor: Cursor | undefined,
): Place & { readonly positions: Map<string, Position> } {
  const parsed = objectOf(parse(cursor ?? ''))
  const late = objectsOf(parsed['late']).map(readLateEvent)
  return {
    positions: readPositions(objectOf(parsed['engines'])),
    late: late.filter((event) => event !== undefined),
    spool: readSpoolPosition(objectOf(parsed['spool'])),
    gaps: readGaps(objectOf(parsed['gaps'])),
    changes: readChanges(parsed['changes']),
  }
}

function readPositions(engines: JsonObject): Map<string, Position> {
  const positions = new Map<string, Position>()
  for (const [key, value] of Object.entries(engines)) {
    if (!isObject(value) || !/^\d{1,19}$/.test(textOf(value['nano']))) continue
    const nano = BigInt(textOf(value['nano']))
    positions.set(key, { engineId: textOf(value['engineId']), nano, ids: textsOf(value['ids']) })
  }
  return positions
}

function readGaps(engines: JsonObject): Map<string, OpenGap> {
  const gaps = new Map<string, OpenGap>()
  for (const [key, value] of Object.entries(engines)) {
    const [from, to] = ['from', 'to'].map((end) => textOf(objectOf(value)[end]))
    if (from === undefined || to === undefined || ![from, to].every((text) => /^\d{1,19}$/.test(text)))
      continue
    gaps.set(key, { from: BigInt(from), to: BigInt(to) })
  }
  return gaps
}

function readSpoolPosition({ file, offset }: JsonObject): SpoolPosition | undefined {
  return typeof file === 'number' && typeof offset === 'number' ? { file, offset } : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Position after one more event; an earlier event leaves it where it is. */
export function advance(
  position: Position | undefined,
  engineId: string,
  nano: bigint,
  id: string,
): Position {
  if (!position || nano > position.nano || position.engineId !== engineId)
    return { engineId, nano, ids: [id] }
  if (nano < position.nano || position.ids.includes(id)) return position
  return { ...position, ids: [...position.ids, id] }
}

/** `1795309767.625072224`, as the engine takes it for `since` and `until`. */
export function engineTime(nano: bigint): string {
  return `${nano / 1_000_000_000n}.${String(nano % 1_000_000_000n).padStart(9, '0')}`
}

/** Nanoseconds since 1970 of an RFC 3339 time with up to nine digits; 0 for the engine's "never" and for what is no time. */
export function nanoOfTime(text: string): bigint {
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const milliseconds = seconds === undefined ? NaN : Date.parse(`${seconds}${zone ?? 'Z'}`)
  return milliseconds > 0 ? BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) : 0n
}

export function isoOfNano(nano: bigint): string {
  return new Date(Number(nano / 1_000_000n)).toISOString()
}
