import type { Place, Position } from './cursor.ts'
import { advance } from './cursor.ts'
import { LateEvents } from './late-events.ts'
import { fromSpoolLine, lateEventOf, type Outgoing } from './outgoing.ts'
import type { Spool } from './spool.ts'

/** What was received before this start, stored or waiting in the spool. */
export interface Received {
  /** How far each engine was read. */
  readonly positions: ReadonlyMap<string, Position>
  /** Ids of events in the spool, by engine, newest last; not more than are remembered. */
  readonly ids: ReadonlyMap<string, readonly string[]>
  readonly late: LateEvents
}

export interface SpooledLimits {
  readonly ids: number
  readonly late: number
}

/** Looks through the spool once: engines are read on from there, not from what was stored. `received` takes every event in it, in their order. */
export async function receivedSoFar(
  place: Place,
  spool: Spool,
  limits: SpooledLimits,
  received: (item: Outgoing) => void,
): Promise<Received> {
  const positions = new Map(place.positions)
  const ids = new Map<string, string[]>()
  const late = new LateEvents(limits.late, place.late)
  for await (const lines of spool.peek())
    for (const line of lines) {
      const item = fromSpoolLine(line)
      if (!item) continue
      note(item, { positions, ids, late }, limits)
      received(item)
    }
  return { positions, ids, late }
}

interface Noted {
  readonly positions: Map<string, Position>
  readonly ids: Map<string, string[]>
  readonly late: LateEvents
}

function note(item: Outgoing, { positions, ids, late }: Noted, limits: SpooledLimits): void {
  const { engine, engineId, nano, raw } = item
  if (item.isLate) late.add(lateEventOf(item))
  else late.settle(raw.id)
  if (!item.advances) return
  positions.set(engine, advance(positions.get(engine), engineId, nano, raw.id))
  const known = ids.get(engine) ?? []
  ids.set(engine, known)
  known.push(raw.id)
  if (known.length > limits.ids * 2) known.splice(0, limits.ids)
}
