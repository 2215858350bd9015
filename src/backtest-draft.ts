import { backtestReport, type Against, type BacktestReport } from './backtest/report.ts'
import { type BacktestParts, runBacktest } from './backtest/run-backtest.ts'
import { formatProblem, type Problem } from './dialect/problem.ts'
import type { LoadedEngine } from './load-engine.ts'
import { marker } from './mask/json-mask.ts'
import { type RuleDraftFile, ruleIds } from './rules/draft-files.ts'

export interface BacktestRequest {
  readonly files: readonly RuleDraftFile[]
  readonly fromMs: number
  readonly toMs: number
  readonly against: Against
  readonly sampleCount: number
}

export interface BacktestContext {
  /** Loads the configured rules, with or without the draft. */
  load(draft: readonly RuleDraftFile[]): LoadedEngine
  readonly replay: BacktestParts['replay']
  readonly progress?: BacktestParts['progress']
  /** Events without an alert are kept this long, milliseconds. */
  readonly eventsKeptMs: number
  readonly nowMs: number
}

/** The draft or the configured rules cannot be loaded. */
export class DraftRefused extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const first = problems.find(({ severity }) => severity === 'fatal')
    super(first ? formatProblem(first) : 'the rules cannot be loaded')
    this.problems = problems
  }
}

/** Tries rule files on stored events. Rejects with `DraftRefused` when they do not load, and with what the store says. */
export async function backtestDraft(
  request: BacktestRequest,
  context: BacktestContext,
  signal: AbortSignal,
): Promise<BacktestReport> {
  const { files, fromMs, toMs, against } = request
  const configured = usable(context.load([]))
  const drafted = files.length === 0 ? configured : usable(context.load(files))
  const baseline = against === 'configured' ? configured.newSession() : undefined
  const draft = drafted.newSession()
  const windowMs = Math.max(configured.longestTimeframeMs, drafted.longestTimeframeMs)
  const masked = new MaskedCount(fromMs)
  const ran = await runBacktest(
    {
      decoder: draft.decoder,
      baseline,
      draft,
      warmUpMs: fromMs - windowMs,
      fromMs,
      toMs,
      replay: (...asked) => masked.counting(context.replay(...asked)),
      sampleCount: request.sampleCount,
      ...(context.progress ? { progress: context.progress } : {}),
    },
    signal,
  )
  return backtestReport({
    ran,
    fromMs,
    toMs,
    against,
    baseline: baseline?.rules,
    rules: draft.rules,
    draftIds: files.flatMap(({ text, file }) => ruleIds(text, file)),
    problems: newProblems(configured, drafted),
    notes: [...notesOn(request, context), ...masked.notes(ran.comparison.events)],
  })
}

/** Events whose secrets were replaced before they were stored: what is there is not what arrived. */
class MaskedCount {
  readonly #fromMs: number
  #events = 0

  constructor(fromMs: number) {
    this.#fromMs = fromMs
  }

  async *counting(pages: ReturnType<BacktestContext['replay']>): ReturnType<BacktestContext['replay']> {
    for await (const page of pages) {
      for (const { text, receivedAtMs } of page)
        if (receivedAtMs >= this.#fromMs && text.includes(marker)) this.#events += 1
      yield page
    }
  }

  notes(events: number): readonly string[] {
    if (this.#events === 0) return []
    return [
      `${this.#events} of ${events} events carry ${marker} in the place of secrets: a rule that looks at what stood there, or depends on one that does, may decide otherwise on them than on the events as they arrive`,
    ]
  }
}

function usable(loaded: LoadedEngine): LoadedEngine {
  if (loaded.problems.some(({ severity }) => severity === 'fatal')) throw new DraftRefused(loaded.problems)
  return loaded
}

/** Those that are there without the draft are no news. */
function newProblems(configured: LoadedEngine, drafted: LoadedEngine): readonly Problem[] {
  const known = new Set(configured.problems.map(formatProblem))
  return drafted.problems.filter((problem) => !known.has(formatProblem(problem)))
}

function notesOn({ fromMs }: BacktestRequest, { nowMs, eventsKeptMs }: BacktestContext): string[] {
  if (fromMs >= nowMs - eventsKeptMs) return []
  const since = new Date(nowMs - eventsKeptMs).toISOString()
  return [
    `events without an alert are kept since ${since} only (retention_events): before, a draft can only change or stop alerts`,
  ]
}
