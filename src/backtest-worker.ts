// Runs in a thread of its own (backtest-jobs.ts).
import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

import type { BacktestNews, BacktestOrder } from './backtest-jobs.ts'
import { backtestDraft, DraftRefused } from './backtest-draft.ts'
import { loadForCommand, storeSection } from './cli/engine-arguments.ts'
import { remoteStore } from './cli/store-access.ts'
import { linearFallback } from './dialect/linear-fallback.ts'
import { formatProblem } from './dialect/problem.ts'
import { fromByteString, toByteString } from './event/byte-string.ts'

const reportEveryMs = 250
const dayMs = 86_400_000

const order: BacktestOrder = workerData // written by BacktestJobs
linearFallback.isOn = order.hasLinearFallback
// On Linux a priority is that of the calling thread; elsewhere it would be that of the whole manager.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW)

const stop = new AbortController()
parentPort?.once('message', () => stop.abort())

function say(news: BacktestNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads of Node have no origins
  parentPort?.postMessage(news)
}

let saidAtMs = 0

function progress(share: number, events: number): void {
  const nowMs = Date.now()
  if (nowMs - saidAtMs < reportEveryMs) return
  saidAtMs = nowMs
  say({ kind: 'progress', share, events })
}

async function run(): Promise<BacktestNews> {
  const { home, configFile, rulesetFolder, request, nowMs } = order
  const given = { home, config: configFile, ruleset: rulesetFolder }
  const store = remoteStore(home)
  const files = request.files.map(({ name, text }) => ({ file: name, text: toByteString(text) }))
  const report = await backtestDraft(
    { ...request, files, sampleCount: request.samples },
    {
      load: (draft) => loadForCommand(given, { draft }),
      replay: store.replay.bind(store),
      progress,
      eventsKeptMs: storeSection(given).retentionEventsDays * dayMs,
      nowMs,
    },
    stop.signal,
  )
  return { kind: 'done', report }
}

function failure(error: unknown): BacktestNews {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof DraftRefused)) return { kind: 'failed', error: message }
  const problems = error.problems.map((problem) =>
    formatProblem({ ...problem, message: fromByteString(problem.message) }),
  )
  return { kind: 'failed', error: message, problems }
}

say(await run().catch(failure))
parentPort?.close()
