import { engineTime } from './cursor.ts'
import type { EngineApi } from './engine-api.ts'
import { parseEngineEvent, type EngineEvent } from './engine-event.ts'
import { LineSplitter } from './line-splitter.ts'

/** The engine keeps this many events, in memory only. */
export const ringSize = 256
export const maxEventBytes = 4 * 1024 * 1024
const answerTimeoutMs = 15_000

/** What the engine remembers of this time, nanoseconds on its own clock; it answers when `until` is over. Rejects when it does not answer. */
export async function rememberedEvents(
  api: EngineApi,
  since: bigint,
  until: bigint,
  signal: AbortSignal,
): Promise<EngineEvent[]> {
  const query = { since: engineTime(since), until: engineTime(until) }
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
  const lines = new LineSplitter(maxEventBytes)
  const events: EngineEvent[] = []
  for await (const chunk of await api.events(query, within))
    if (Buffer.isBuffer(chunk))
      for (const line of lines.push(chunk)) {
        const event = parseEngineEvent(line)
        if (event) events.push(event)
      }
  return events
}
