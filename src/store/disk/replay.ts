import { toByteString } from '../../event/byte-string.ts'
import type { ReplayedEvent } from '../store.ts'
import type { Database, Row } from './database.ts'
import { unescape } from './line.ts'
import { type FewerRows, readFewer, within } from './search.ts'
import type { Segment } from './segment-file.ts'

/** Messages received since then, in the order they were stored. */
export async function* replayed(
  database: Database,
  segments: readonly Segment[],
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number | undefined },
  signal: AbortSignal,
): AsyncIterable<readonly ReplayedEvent[]> {
  let pageLength = 1000
  const last = untilMs === undefined ? '' : `AND received_ms < ${BigInt(Math.ceil(untilMs))}`
  const until = untilMs === undefined ? {} : { toMs: untilMs }
  for (const { schema } of within(segments, { dataset: 'events', fromMs: sinceMs, ...until })) {
    const page = (after: bigint): Promise<FewerRows> =>
      readFewer(pageLength, (count) =>
        database.read(
          `SELECT position, event_id, source, location, received_ms, text, rule_id, rule_level, alert_id IS NOT NULL,
                CASE WHEN ${hasFacts} THEN document END
         FROM ${schema}.records WHERE received_ms >= $1::BIGINT ${last} AND position > $2::BIGINT ORDER BY position LIMIT ${count}`,
          [BigInt(Math.ceil(sinceMs)), after],
          signal,
        ),
      )
    // The next page is read while this one is looked at.
    let coming: Promise<FewerRows> | undefined = page(0n)
    try {
      while (coming) {
        const found: FewerRows = await coming
        const { rows } = found
        pageLength = found.limit
        const isLast = rows.length < pageLength
        coming = isLast ? undefined : page(BigInt(String(rows.at(-1)?.[0])))
        coming?.catch(() => undefined)
        if (rows.length > 0) yield rows.map(toReplayed)
      }
    } finally {
      await coming?.catch(() => undefined)
    }
  }
}

function toReplayed(row: Row): ReplayedEvent {
  const [, id, source, location, receivedMs, text, ruleId, level, isAlert, document] = row
  const rule = ruleId === null ? undefined : { id: Number(ruleId), level: Number(level) }
  return {
    id: unescape(String(id)),
    source: unescape(String(source)),
    location: toByteString(unescape(String(location))),
    receivedAtMs: Number(receivedMs),
    text: toByteString(unescape(String(text))),
    ...(document === null ? {} : { facts: containerFacts(unescape(String(document))) }),
    decided: { rule, isAlert: isAlert === true },
  }
}

/** Lines of containers' log files, which the source vouches for; JSON lines hold it themselves. */
const hasFacts = `source = 'localfile' AND (starts_with(location, 'docker:') OR starts_with(location, 'pod:')) AND NOT starts_with(text, '{')`

/** They are kept in the document only. */
function containerFacts(document: string): (readonly [name: string, value: string])[] {
  const { data }: { data?: { container?: unknown } } = JSON.parse(document) // written by the engine
  return data?.container === undefined ? [] : leaves('container', data.container)
}

function leaves(name: string, value: unknown): (readonly [name: string, value: string])[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => leaves(`${name}.${key}`, inner))
  return [[toByteString(name), toByteString(String(value))]]
}
