import { createHash } from 'node:crypto'
import type { JsonObject } from './json-object.ts'
import { isObject, textOf } from './json-object.ts'

/** One event of the engine, brought to the shape that all rules know. */
export interface EngineEvent {
  readonly type: string
  readonly action: string
  readonly actorId: string
  readonly attributes: JsonObject
  /** Exact; `time` in nanoseconds where the engine sends no `timeNano`. */
  readonly timeNano: bigint
  /** The event object; `timeNano` in it is a double. Not modified after this. */
  readonly body: JsonObject
}

// Inside of strings the quote before the colon is escaped, so this finds only the member.
const nanoMember = /"timeNano":\s*(\d{1,19})/

/** `undefined`: not an event. */
export function parseEngineEvent(line: string): EngineEvent | undefined {
  const parsed = parseObject(line)
  if (!parsed) return undefined
  const actor = isObject(parsed['Actor']) ? parsed['Actor'] : {}
  const attributes = isObject(actor['Attributes']) ? actor['Attributes'] : {}
  const type = textOf(parsed['Type']) || 'container'
  const action = textOf(parsed['Action']) || textOf(parsed['status'])
  const actorId = textOf(actor['ID']) || textOf(parsed['id'])
  if (action === '') return undefined
  const digits = nanoMember.exec(line)?.[1]
  const seconds = typeof parsed['time'] === 'number' ? Math.trunc(parsed['time']) : 0
  const timeNano = digits === undefined ? BigInt(seconds) * 1_000_000_000n : BigInt(digits)
  const known = { type, action, actorId, attributes, timeNano }
  return { ...known, body: withLegacyFields(parsed, type, { status: action, id: actorId, attributes }) }
}

function parseObject(line: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

interface Legacy {
  readonly status: string
  readonly id: string
  readonly attributes: JsonObject
}

/**
 * Engine API 1.52 (Docker 29) no longer sends `status`, `id` and `from`; the rules of the field match on them. They are put back where
 * and in the order older engines sent them: all three on container events, without `from` on image events.
 */
function withLegacyFields(body: JsonObject, type: string, { status, id, attributes }: Legacy): JsonObject {
  if (type === 'image') return 'status' in body ? body : { status, id, ...body }
  if (type !== 'container') return body
  if ('status' in body && 'from' in body) return body
  return { status, id, from: textOf(attributes['image']), ...body }
}

/** Identity of an event: the same for every time and way it is read. */
export function engineEventId(engineId: string, event: EngineEvent): string {
  const { timeNano, type, action, actorId } = event
  const hash = createHash('sha256').update(
    JSON.stringify([engineId, String(timeNano), type, action, actorId]),
  )
  return `docker:${timeNano}:${hash.digest('base64url').slice(0, 16)}`
}
