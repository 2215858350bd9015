import { replayedEvent } from '../event/listed-facts.ts'
import type { Store } from '../store/store.ts'
import type { Engine } from './analyse.ts'

/**
 * Feeds stored events through the engine again with the results discarded, so that a correlation interrupted by a restart goes on as if nothing had
 * happened. Resolves with the number of events.
 */
export async function rebuildMemory(
  store: Store,
  { decoder, rules, memory }: Engine,
  sinceMs: number,
  signal: AbortSignal,
): Promise<number> {
  let count = 0
  for await (const events of store.replay(sinceMs, signal)) {
    for (const parts of events) {
      const decoded = decoder.decode(replayedEvent(parts))
      if (decoded) rules.evaluate(decoded, memory)
      count++
    }
  }
  return count
}
