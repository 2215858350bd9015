import type { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'

export interface RaisedAlert {
  readonly id: number
  readonly level: number
  readonly description: string
}

/** What the built-in ruleset makes of events, in their order. */
export function alertsOf(home: string, events: readonly RawEvent[]): RaisedAlert[] {
  const { decoder, rules, memory } = loadEngine({ home, hostName: 'manager' }).newSession()
  return events.flatMap((raw) => {
    const event = decoder.decode(raw)
    const alert = event && rules.evaluate(event, memory).alert
    return alert ? [alert.rule] : []
  })
}
