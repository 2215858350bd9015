import type { Decoder } from '../decode/decoder.ts'
import type { RawEvent } from '../event/raw-event.ts'
import type { Memory, RuleSet } from '../rules/rule-set.ts'
import type { Entry } from '../store/store.ts'

/** Decoder, rules and what they remember: replaced together when a ruleset is reloaded. */
export interface Engine {
  readonly decoder: Decoder
  readonly rules: RuleSet
  readonly memory: Memory
}

/** Undecodable events are handed to `rejected` and left out. Synchronous: nothing else runs in between. */
export function analyse(
  { decoder, rules, memory }: Engine,
  events: readonly RawEvent[],
  rejected: (event: RawEvent) => void,
): Entry[] {
  const entries: Entry[] = []
  for (const event of events) {
    const decoded = decoder.decode(event)
    event.forgetTree()
    if (!decoded) {
      rejected(event)
      continue
    }
    const verdict = rules.evaluate(decoded, memory)
    // The document first: that of the alert is made out of it.
    const document = verdict.document()
    const shortDocument = verdict.shortDocument()
    const { rule, alert, agentName } = verdict
    entries.push({ event: decoded, document, shortDocument, agentName, rule, alert })
  }
  return entries
}
