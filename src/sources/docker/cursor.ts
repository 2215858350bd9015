import type { Cursor } from '../../event/batch.ts'
import { isObject, textOf, textsOf } from './json-object.ts'

/** How far one engine was read: the time of the newest event, and the ids of all events of that instant. */
export interface Position {
  readonly engineId: string
  readonly nano: bigint
  readonly ids: readonly string[]
}

/** By `EngineAddress.key`. */
export type Positions = ReadonlyMap<string, Position>

export function writeCursor(positions: Positions): Cursor {
  const engines = [...positions].map(([key, { engineId, nano, ids }]) => [
    key,
    { engineId, nano: String(nano), ids },
  ])
  return JSON.stringify({ engines: Object.fromEntries(engines) })
}

/** What cannot be read is left out: the engine is then read from now on. */
export function readCursor(cursor: Cursor | undefined): Map<string, Position> {
  const positions = new Map<string, Position>()
  const parsed = parse(cursor ?? '')
  const engines = isObject(parsed) && isObject(parsed['engines']) ? parsed['engines'] : {}
  for (const [key, value] of Object.entries(engines)) {
    if (!isObject(value) || !/^\d{1,19}$/.test(textOf(value['nano']))) continue
    const nano = BigInt(textOf(value['nano']))
    positions.set(key, { engineId: textOf(value['engineId']), nano, ids: textsOf(value['ids']) })
  }
  return positions
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
