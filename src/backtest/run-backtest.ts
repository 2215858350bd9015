import type { Decoder } from '../decode/decoder.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import { replayedEvent } from '../event/listed-facts.ts'
import type { EngineRuleSet } from '../rules/engine-rule-set.ts'
import type { Memory } from '../rules/rule-set.ts'
import type { ReplayedEvent } from '../store/store.ts'
import { Comparison, type Outcome } from './comparison.ts'

/** Rules with what they remember; nothing else may use the memory. */
export interface Candidate {
  readonly rules: EngineRuleSet
  readonly memory: Memory
}

export interface BacktestParts {
  readonly decoder: Decoder
  /** What the draft is compared with; `undefined`: with what was decided when the events were stored. */
  readonly baseline: Candidate | undefined
  readonly draft: Candidate
  /** Events before `fromMs` and from `warmUpMs` on only fill the windows. */
  readonly warmUpMs: number
  readonly fromMs: number
  readonly toMs: number
  /** As `Store.replay`. */
  readonly replay: (
    sinceMs: number,
    signal: AbortSignal,
    untilMs: number,
  ) => AsyncIterable<readonly ReplayedEvent[]>
  readonly sampleCount: number
  /** Called now and then with the share of the time that is done, from 0 to 1. */
  readonly progress?: (share: number, events: number) => void
}

export interface Ran {
  readonly comparison: Comparison
  /** False when the signal aborted before the end. */
  readonly isComplete: boolean
  /** Arrival of the oldest event that was compared. */
  readonly firstMs: number | undefined
}

/**
 * Evaluates stored events once more, in the order they were stored and with their arrival times, so that windows work as they did. Nothing is kept but counts
 * and samples. Rejects when the store does, unless the signal has aborted.
 */
export async function runBacktest(parts: BacktestParts, signal: AbortSignal): Promise<Ran> {
  const comparison = new Comparison(parts.sampleCount)
  let firstMs: number | undefined
  const ran = (isComplete: boolean): Ran => ({ comparison, isComplete, firstMs })
  try {
    for await (const page of parts.replay(Math.min(parts.warmUpMs, parts.fromMs), signal, parts.toMs)) {
      for (const event of page) {
        const isCompared = event.receivedAtMs >= parts.fromMs
        const [before, after] = evaluate(event, parts)
        if (!isCompared) continue
        firstMs = Math.min(firstMs ?? Infinity, event.receivedAtMs)
        comparison.add(event, before, after)
      }
      if (signal.aborted) return ran(false)
      const reached = page.at(-1)?.receivedAtMs ?? parts.fromMs
      const share = (reached - parts.fromMs) / (parts.toMs - parts.fromMs)
      parts.progress?.(Math.max(0, Math.min(1, share)), comparison.events)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return ran(false)
  }
  return ran(!signal.aborted)
}

type Pair = readonly [before: Outcome | undefined, after: Outcome | undefined]

function evaluate(event: ReplayedEvent, { decoder, baseline, draft }: BacktestParts): Pair {
  const decoded = decoder.decode(replayedEvent(event))
  const before = baseline ? outcomeOf(decoded, baseline) : storedOutcome(event)
  return [before, outcomeOf(decoded, draft)]
}

function outcomeOf(event: DecodedEvent | undefined, { rules, memory }: Candidate): Outcome | undefined {
  const verdict = event && rules.evaluate(event, memory)
  const rule = verdict?.ruleName
  if (!rule || !verdict?.isAlert) return undefined
  return { ruleId: rule.id, level: rule.level, description: () => verdict.rule?.description ?? '' }
}

function storedOutcome({ decided: { rule, isAlert } }: ReplayedEvent): Outcome | undefined {
  return rule && isAlert ? { ruleId: rule.id, level: rule.level, description: () => '' } : undefined
}
