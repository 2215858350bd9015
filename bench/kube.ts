// A real manager with the built-in ruleset, its archive on, fed by API servers: 8 connections over mutual TLS, bodies of 1, 100 and 400 recorded events.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { ensureAuthority, renewClient } from '../src/certs/certificate-folder.ts'
import { packageRoot } from '../src/version.ts'
import type { BenchResult } from './bench-case.ts'

const connections = 8
const measuredMs = 5_000
const warmUpMs = 2_000

const recorded = readFileSync(
  path.join(packageRoot, 'test', 'data', 'kube-audit', 'webhook-bodies.jsonl'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .flatMap((line): readonly object[] => JSON.parse(line).items)

let sent = 0

/** The recorded mix, every event with an id and times of its own. */
function body(length: number): string {
  const now = new Date().toISOString()
  const items = Array.from({ length }, () => {
    sent += 1
    const auditID = `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`
    const stamps = { auditID, requestReceivedTimestamp: now, stageTimestamp: now }
    return JSON.stringify({ ...recorded[sent % recorded.length], ...stamps })
  })
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}`
}

interface Started {
  readonly home: string
  readonly process: ChildProcess
  readonly port: number
  readonly agent: Agent
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
  return {
    home,
    process: child,
    port,
    agent: new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key }),
  }
}

function post({ port, agent }: Started, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/' }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** Peak and present memory of the manager, megabytes. */
function memory({ process: child }: Started): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10

interface Load {
  readonly perSecond: number
  readonly latencies: readonly number[]
  readonly refused: number
}

async function load(manager: Started, length: number, durationMs: number): Promise<Load> {
  // Made before the clock runs: making bodies costs this process as much as reading them costs the other.
  const ready = Array.from({ length: Math.ceil(120_000 / Math.max(length, 20)) }, () => body(length))
  const latencies: number[] = []
  let stored = 0
  let refused = 0
  const start = performance.now()
  const client = async () => {
    for (
      let text = ready.pop();
      text !== undefined && performance.now() - start < durationMs;
      text = ready.pop()
    ) {
      const began = performance.now()
      const status = await post(manager, text)
      latencies.push(performance.now() - began)
      if (status === 200) stored += length
      else refused += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  const seconds = (performance.now() - start) / 1000
  return { perSecond: Math.round(stored / seconds), latencies: latencies.toSorted((a, b) => a - b), refused }
}

/** `JSON.parse` of the same bodies in this process. */
function parsePerSecond(length: number): number {
  const texts = Array.from({ length: Math.ceil(4_000 / length) }, () => body(length))
  const start = performance.now()
  for (const text of texts) JSON.parse(text)
  return Math.round((texts.length * length) / ((performance.now() - start) / 1000))
}

export async function results(): Promise<readonly BenchResult[]> {
  const manager = await startManager()
  const found: BenchResult[] = []
  type Measure = readonly [value: number, unit: string]
  const add = (name: string, [value, unit]: Measure, [goal, baseline]: Measure) => {
    const ratio = Number((value / goal).toPrecision(4))
    found.push({ case: name, value, unit, baseline, baseline_value: goal, ratio })
  }
  try {
    await load(manager, 100, warmUpMs)
    for (const length of [1, 100, 400]) {
      const { perSecond, latencies, refused } = await load(manager, length, measuredMs)
      const name = `${length} per body`
      add(
        `${name}, stored`,
        [perSecond, 'events/s'],
        [parsePerSecond(length), 'JSON.parse of the same bodies'],
      )
      add(`${name}, median answer`, [quantile(latencies, 0.5), 'ms'], [300, 'goal of the 99th percentile'])
      add(`${name}, 99th percentile`, [quantile(latencies, 0.99), 'ms'], [300, 'goal'])
      add(`${name}, refused`, [refused, 'requests'], [latencies.length, 'requests'])
      add(`${name}, memory after`, [memory(manager), 'MB'], [400, 'goal'])
    }
  } finally {
    manager.agent.destroy()
    manager.process.kill()
    await new Promise((resolve) => manager.process.once('exit', resolve))
    rmSync(manager.home, { recursive: true, force: true })
  }
  return found
}
