// A real manager with the built-in ruleset, its archive on, fed by API servers: 8 connections over mutual TLS, bodies of 1, 100 and 400 recorded events;
// then twice as much as it takes, and a look into its store: what it acknowledged is there, once.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AgentOptions } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { ensureAuthority, renewClient } from '../src/certs/certificate-folder.ts'
import { openStore } from '../src/store/open-store.ts'
import { packageRoot } from '../src/version.ts'
import type { BenchResult } from './bench-case.ts'
import { type Body, closedLoad, Mix, numberIn, openLoad } from './kube-load.ts'

const connections = 8
const measuredMs = 6_000
const overloadMs = 12_000
/** The compiler of the runtime needs so many to have seen everything. */
const warmUpEvents = 25_000
const warmUpMs = 15_000
/** Made before the clock runs: making bodies costs this process as much as reading them costs the other. */
const mostPerSecond = 16_000

interface Started {
  readonly home: string
  readonly process: ChildProcess
  readonly port: number
  readonly tls: AgentOptions
}

async function startManager(): Promise<Started> {
  const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-'))
  mkdirSync(path.join(home, 'etc'))
  const config = path.join(home, 'etc', 'ossec.conf')
  writeFileSync(
    config,
    `<ossec_config><global><logall_json>yes</logall_json></global><kube_audit><port>0</port><bind>127.0.0.1</bind></kube_audit>
    <wodle name="docker-listener"><disabled>yes</disabled></wodle><dashboard><port>0</port></dashboard></ossec_config>`,
  )
  const script = path.join(packageRoot, 'dist', 'src', 'cli.js')
  const child = spawn(process.execPath, [script, 'manager', '--home', home], { stdio: 'ignore' })
  const runFile = path.join(home, 'run.json')
  for (let tries = 0; !existsSync(runFile); tries += 1) {
    if (tries > 600 || child.exitCode !== null) throw new Error('the manager did not start')
    await sleep(50)
  }
  const port = Number(JSON.parse(readFileSync(runFile, 'utf8')).ports.kube_audit)
  const { certificate: ca } = await ensureAuthority(home, Date.now())
  const { certificate: cert, key } = await renewClient(home, 'bench', Date.now())
  return { home, process: child, port, tls: { ca, cert, key } }
}

/** Resident memory of the manager, megabytes. */
function memory({ process: child }: Started): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

/** Processor time of the manager since its start, all threads, microseconds. */
function processorTime({ process: child }: Started): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** What the manager takes while something is done to it. */
async function watching<T>(manager: Started, work: () => Promise<T>) {
  let mostMemory = memory(manager)
  const timer = setInterval(() => {
    mostMemory = Math.max(mostMemory, memory(manager))
  }, 100)
  const before = processorTime(manager)
  try {
    return { result: await work(), mostMemory, processorUs: processorTime(manager) - before }
  } finally {
    clearInterval(timer)
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10

/** `JSON.parse` of the same bodies in this process. */
function parsePerSecond(bodies: readonly Body[]): number {
  const some = bodies.slice(0, 400)
  const start = performance.now()
  for (const { text } of some) JSON.parse(text)
  const events = some.reduce((sum, { length }) => sum + length, 0)
  return Math.round(events / ((performance.now() - start) / 1000))
}

/** Numbers of events in the store of a manager that has ended, and how often each is there. */
async function storedNumbers(home: string): Promise<ReadonlyMap<number, number>> {
  const store = await openStore({ folder: path.join(home, 'data') })
  const found = new Map<number, number>()
  for await (const events of store.replay(0, new AbortController().signal)) {
    for (const { text } of events) {
      const number = numberIn(text)
      if (number !== undefined) found.set(number, (found.get(number) ?? 0) + 1)
    }
  }
  await store.close()
  return found
}

async function stop({ process: child }: Started): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await ended
}

type Measure = readonly [value: number, unit: string]

class Report {
  readonly results: BenchResult[] = []

  add(name: string, [value, unit]: Measure, [goal, baseline]: Measure): void {
    const ratio = Number((value / goal).toPrecision(4))
    this.results.push({ case: name, value, unit, baseline, baseline_value: goal, ratio })
  }
}

export async function results(): Promise<readonly BenchResult[]> {
  const manager = await startManager()
  const mix = new Mix()
  const report = new Report()
  const acknowledged = new Set<number>()
  const stored = ({ first, length }: Body) => {
    for (let number = first; number < first + length; number += 1) acknowledged.add(number)
  }
  const target = { port: manager.port, tls: manager.tls, stored }
  const closed = (bodies: readonly Body[], durationMs: number) =>
    closedLoad(target, bodies, { connections, durationMs })
  const bodiesOf = (length: number, events: number) => {
    mix.restamp()
    return Array.from({ length: Math.ceil(events / length) }, () => mix.body(length))
  }
  try {
    await closed(bodiesOf(100, warmUpEvents), warmUpMs)
    let usual = 0
    for (const length of [1, 100, 400]) {
      const bodies = bodiesOf(length, (mostPerSecond * measuredMs) / (length === 1 ? 4_000 : 1_000))
      const { result, mostMemory, processorUs } = await watching(manager, () => closed(bodies, measuredMs))
      const { perSecond, latencies, refused } = result
      const name = `${length} per body`
      const events = (latencies.length - refused) * length
      if (length === 100) usual = perSecond
      report.add(
        `${name}, stored`,
        [perSecond, 'events/s'],
        [parsePerSecond(bodies), 'JSON.parse of the same bodies'],
      )
      report.add(`${name}, processor time`, [Math.round(processorUs / events), 'µs/event'], [100, 'goal'])
      report.add(
        `${name}, median answer`,
        [quantile(latencies, 0.5), 'ms'],
        [300, 'goal of the 99th percentile'],
      )
      report.add(`${name}, 99th percentile`, [quantile(latencies, 0.99), 'ms'], [300, 'goal'])
      report.add(`${name}, refused`, [refused, 'requests'], [latencies.length, 'requests'])
      report.add(`${name}, most memory`, [mostMemory, 'MB'], [400, 'goal'])
    }
    mix.restamp()
    const over = await watching(manager, () =>
      openLoad(target, mix, { perSecond: usual * 2, length: 100, durationMs: overloadMs }),
    )
    const { sent, answers, withRetryAfter, storedPerSecond, latencies } = over.result
    const refused = (answers.get(503) ?? 0) + (answers.get(429) ?? 0)
    const name = 'twice too much'
    report.add(`${name}, stored`, [storedPerSecond, 'events/s'], [usual, 'stored without'])
    report.add(`${name}, answered 503 or 429`, [refused, 'requests'], [sent, 'requests'])
    report.add(`${name}, of these with Retry-After`, [withRetryAfter, 'requests'], [refused, 'refused'])
    report.add(`${name}, not answered`, [answers.get(0) ?? 0, 'requests'], [sent, 'requests'])
    report.add(
      `${name}, 99th percentile of 200`,
      [quantile(latencies, 0.99), 'ms'],
      [30_000, 'patience of an API server'],
    )
    report.add(`${name}, most memory`, [over.mostMemory, 'MB'], [400, 'goal'])
    await stop(manager)
    const found = await storedNumbers(manager.home)
    const missing = [...acknowledged].filter((number) => !found.has(number)).length
    const doubled = [...found.values()].filter((count) => count > 1).length
    report.add('answered 200 but not stored', [missing, 'events'], [acknowledged.size, 'events answered 200'])
    report.add('stored more than once', [doubled, 'events'], [found.size, 'events stored'])
  } finally {
    await stop(manager)
    rmSync(manager.home, { recursive: true, force: true })
  }
  return report.results
}
