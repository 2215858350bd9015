// How long the page keeps its main thread from everything else.
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'

export interface Task {
  /** From begin to end: on a busy machine also what others took meanwhile. */
  readonly wallMs: number
  /** What the thread computed. The same on a busy machine and on a free one. */
  readonly cpuMs: number
}

interface TraceEvent {
  readonly name?: unknown
  readonly pid?: unknown
  readonly tid?: unknown
  readonly dur?: unknown
  readonly tdur?: unknown
  readonly args?: { readonly name?: unknown }
}

let traces = 0

/** Begins to watch; what it resolves with stops, and tells the tasks longer than 30 ms, longest first. */
export async function watchTasks(browser: Browser, page: Page): Promise<() => Promise<readonly Task[]>> {
  traces += 1
  const file = path.join(tmpdir(), `quaywatch-trace-${process.pid}-${traces}.json`)
  await browser.startTracing(page, { path: file, categories: ['toplevel', '__metadata'] })
  return async () => {
    await browser.stopTracing()
    const trace: unknown = JSON.parse(await readFile(file, 'utf8'))
    await rm(file)
    return longTasks(eventsOf(trace))
  }
}

function eventsOf(trace: unknown): readonly TraceEvent[] {
  const events: unknown =
    typeof trace === 'object' && trace !== null && 'traceEvents' in trace ? trace.traceEvents : []
  return Array.isArray(events)
    ? events.filter((one): one is TraceEvent => typeof one === 'object' && one !== null)
    : []
}

const thread = ({ pid, tid }: TraceEvent): string => `${String(pid)} ${String(tid)}`

function longTasks(events: readonly TraceEvent[]): readonly Task[] {
  const main = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread),
  )
  const tasks = events.filter((event) => String(event.name).endsWith('RunTask') && main.has(thread(event)))
  if (tasks.length === 0) throw new Error('the trace holds no task of a page')
  return tasks
    .map(({ dur, tdur }) => ({ wallMs: Number(dur) / 1000, cpuMs: Number(tdur) / 1000 }))
    .filter(({ wallMs }) => wallMs > 30)
    .sort((a, b) => b.cpuMs - a.cpuMs)
}
