import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { type Against, type BacktestReport } from '../backtest/report.ts'
import { reportLines } from '../backtest/report-text.ts'
import { backtestDraft, type BacktestRequest, DraftRefused } from '../backtest-draft.ts'
import { formatProblem } from '../dialect/problem.ts'
import { fromByteString, toByteString } from '../event/byte-string.ts'
import { homeFolder } from '../home.ts'
import { printable } from '../telemetry/printable.ts'
import { type EngineArguments, engineOptions, loadForCommand, storeSection } from './engine-arguments.ts'
import { print, reportProblems } from './search.ts'
import { withStore } from './store-access.ts'
import { timeArgument, UsageProblem } from './time-argument.ts'

export const backtestUsage = `quaywatch rules backtest [FILE…] [--from TIME] [--to TIME] [--against configured|stored] [--samples N] [--json] [options]

backtest  evaluates stored events once more with the rules of FILE added to those in force, or in the place of what they define
          anew, and says what would have fired, changed or stopped. Works while the manager runs and when it does not.
          --from, --to           24h, 7d, 2026-11-22, 2026-11-22T10:00:00Z (default: the last 7d)
          --against configured   compare with the rules in force, on the same events (default)
          --against stored       compare with what was decided when the events arrived; FILE may be left out
          --samples N            examples for each difference (default: 3)
          exit code 0: done, 1: the rules do not load, 130: stopped by Ctrl-C, the report holds for the part that was done`

const dayMs = 86_400_000
const stoppedEarly = 130

interface Given extends EngineArguments {
  readonly request: BacktestRequest
  readonly json: boolean
}

/** `quaywatch rules backtest`. Resolves with the exit code. */
export function backtest(args: readonly string[]): Promise<number> {
  return reportProblems('rules backtest', async () => {
    const given = readArguments(args, Date.now())
    const stop = new AbortController()
    const interrupt = () => stop.abort()
    process.once('SIGINT', interrupt)
    try {
      const report = await run(given, stop.signal)
      await show(report, given.json)
      return report.complete ? 0 : stoppedEarly
    } catch (error) {
      if (!(error instanceof DraftRefused)) throw error
      for (const problem of error.problems)
        process.stderr.write(
          `${printable(formatProblem({ ...problem, message: fromByteString(problem.message) }))}\n`,
        )
      return 1
    } finally {
      process.removeListener('SIGINT', interrupt)
    }
  })
}

function run(given: Given, signal: AbortSignal): Promise<BacktestReport> {
  const nowMs = Date.now()
  return withStore(homeFolder(given.home), async (store) => {
    try {
      const context = {
        load: (draft: BacktestRequest['files']) => loadForCommand(given, { draft }),
        replay: store.replay.bind(store),
        progress: showProgress,
        eventsKeptMs: storeSection(given).retentionEventsDays * dayMs,
        nowMs,
      }
      return await backtestDraft(given.request, context, signal)
    } finally {
      clearProgress()
    }
  })
}

async function show(report: BacktestReport, json: boolean): Promise<void> {
  if (json) return print(`${JSON.stringify(report)}\n`)
  for (const problem of report.problems) process.stderr.write(`${printable(problem)}\n`)
  for (const line of reportLines(report)) await print(`${printable(line)}\n`)
}

function readArguments(args: readonly string[], nowMs: number): Given {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...engineOptions,
      from: { type: 'string', default: '7d' },
      to: { type: 'string' },
      against: { type: 'string', default: 'configured' },
      samples: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  })
  const { from, to, samples, json } = values
  const against = againstArgument(values.against)
  if (positionals.length === 0 && against === 'configured')
    throw new UsageProblem('say which rule FILE to try, or --against stored to try the rules in force')
  if (!/^\d{1,2}$/.test(samples)) throw new UsageProblem(`--samples must be 0 to 99, not '${samples}'`)
  const fromMs = timeArgument('--from', from, nowMs)
  const toMs = to === undefined ? nowMs : timeArgument('--to', to, nowMs)
  if (fromMs >= toMs) throw new UsageProblem('--from must lie before --to')
  const files = positionals.map((file) => ({ file, text: toByteString(readFileSync(file)) }))
  return { ...values, json, request: { files, fromMs, toMs, against, sampleCount: Number(samples) } }
}

function againstArgument(text: string): Against {
  if (text === 'configured' || text === 'stored') return text
  throw new UsageProblem(`--against must be configured or stored, not '${text}'`)
}

let shown = ''

function showProgress(share: number, events: number): void {
  if (!process.stderr.isTTY) return
  const filled = Math.round(share * 30)
  const text = `\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${events} events`
  if (text !== shown) process.stderr.write(text)
  shown = text
}

function clearProgress(): void {
  if (shown !== '') process.stderr.write(`\r${' '.repeat(shown.length)}\r`)
  shown = ''
}
