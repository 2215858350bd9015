import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'

import type { BacktestJob, BacktestRequest, Backtests } from './api/api-options.ts'
import type { BacktestReport } from './backtest/report.ts'
import { linearFallback } from './dialect/linear-fallback.ts'

export interface BacktestPlace {
  readonly home: string
  readonly configFile: string | undefined
  readonly rulesetFolder: string | undefined
}

/** What the worker is given. */
export interface BacktestOrder extends BacktestPlace {
  readonly request: BacktestRequest
  readonly nowMs: number
  readonly hasLinearFallback: boolean
}

/** What the worker says. The only message to it asks it to stop. */
export type BacktestNews =
  | { readonly kind: 'progress'; readonly share: number; readonly events: number }
  | { readonly kind: 'done'; readonly report: BacktestReport }
  | { readonly kind: 'failed'; readonly error: string; readonly problems?: readonly string[] }

const mostAtOnce = 1
const mostKept = 10
/** A worker that was asked to stop is ended after that. */
const patienceMs = 5_000
/** The draft may be anything: whatever it makes of memory must stay its own. */
const resourceLimits = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 32 }

interface Running {
  readonly worker: Worker
  readonly ended: Promise<unknown>
}

/** Back-tests of the API, each in a thread of low priority that asks the store through the same socket as a command would. */
export class BacktestJobs implements Backtests {
  readonly #place: BacktestPlace
  readonly #now: () => number
  readonly #jobs = new Map<string, BacktestJob>()
  readonly #running = new Map<string, Running>()

  constructor({ now, ...place }: BacktestPlace & { readonly now: () => number }) {
    this.#place = place
    this.#now = now
  }

  start(request: BacktestRequest): BacktestJob | undefined {
    if (this.list().filter(({ state }) => state === 'running').length >= mostAtOnce) return undefined
    const nowMs = this.#now()
    const job: BacktestJob = {
      id: randomUUID(),
      state: 'running',
      by: request.by,
      startedAt: iso(nowMs),
      from: iso(request.fromMs),
      to: iso(request.toMs),
      against: request.against,
      files: request.files.map(({ name }) => name),
      progress: 0,
      events: 0,
    }
    this.#jobs.set(job.id, job)
    this.#forgetOldest()
    this.#work(job.id, { ...this.#place, request, nowMs, hasLinearFallback: linearFallback.isOn })
    return job
  }

  list(): readonly BacktestJob[] {
    return [...this.#jobs.values()].reverse()
  }

  get(id: string): BacktestJob | undefined {
    return this.#jobs.get(id)
  }

  cancel(id: string): BacktestJob | undefined {
    const worker = this.#running.get(id)?.worker
    if (worker) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads of Node have no origins
      worker.postMessage('stop')
      setTimeout(() => void worker.terminate(), patienceMs).unref()
    }
    return this.#jobs.get(id)
  }

  async close(): Promise<void> {
    const running = [...this.#running.values()]
    await Promise.all(running.map(({ worker }) => worker.terminate()))
    await Promise.all(running.map(({ ended }) => ended))
  }

  #work(id: string, order: BacktestOrder): void {
    const worker = new Worker(new URL('./backtest-worker.js', import.meta.url), {
      workerData: order,
      resourceLimits,
    })
    worker.on('message', (news: BacktestNews) => this.#heard(id, news))
    worker.on('error', (error: unknown) => this.#heard(id, { kind: 'failed', error: messageOf(error) }))
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        this.#running.delete(id)
        this.#ended(id, { state: 'cancelled' })
        resolve()
      })
    })
    this.#running.set(id, { worker, ended })
  }

  #heard(id: string, news: BacktestNews): void {
    const job = this.#jobs.get(id)
    if (!job) return
    switch (news.kind) {
      case 'progress':
        this.#jobs.set(id, { ...job, progress: news.share, events: news.events })
        return
      case 'done': {
        const { report } = news
        const progress = report.complete ? 1 : job.progress
        const state = report.complete ? 'done' : 'cancelled'
        this.#ended(id, { state, progress, events: report.events, report })
        return
      }
      case 'failed':
        this.#ended(id, {
          state: 'failed',
          error: news.error,
          ...(news.problems ? { problems: news.problems } : {}),
        })
    }
  }

  /** The first reason stands. */
  #ended(id: string, how: Partial<BacktestJob>): void {
    const job = this.#jobs.get(id)
    if (job?.state === 'running') this.#jobs.set(id, { ...job, ...how, endedAt: iso(this.#now()) })
  }

  #forgetOldest(): void {
    for (const id of this.#jobs.keys()) {
      if (this.#jobs.size <= mostKept) return
      if (!this.#running.has(id)) this.#jobs.delete(id)
    }
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isFull = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isFull ? 'the rules need more memory than a back-test may use' : error.message
}
