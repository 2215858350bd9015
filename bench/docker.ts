// Events per second from the socket of an engine to batches, with every container inspected, beside JSON.parse of the same lines.
// The engine runs in the same process and shares its processor. Then how long an event takes until it would survive a crash, and the memory of a manager.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { Registry } from 'prom-client'
import type { Batch } from '../src/event/batch.ts'
import { loadEngine } from '../src/load-engine.ts'
import { ingest } from '../src/pipeline/ingest.ts'
import { DockerSource } from '../src/sources/docker/docker-source.ts'
import { engineAddress } from '../src/sources/docker/engine-address.ts'
import type { Source } from '../src/sources/source.ts'
import { openStore } from '../src/store/open-store.ts'
import { pipelineTelemetry } from '../src/telemetry/pipeline.ts'
import { packageRoot } from '../src/version.ts'
import { FakeEngine } from '../test/support/fake-engine.ts'
import { type BenchCase, type BenchResult, measure } from './bench-case.ts'

const containers = 400
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const context = {
  telemetry: { log: pino({ level: 'silent' }), metrics: new Registry() },
  now: () => Date.now(),
  home,
  hostName: 'bench',
  listening: () => undefined,
}

const idOf = (at: number): string => at.toString(16).padStart(64, '0')
let nano = 1_795_309_765_833_271_045n

/** create, start, 12 commands of three events, die, destroy. */
function lifeOf(at: number): string[] {
  const commands = Array.from({ length: 12 }, () => [
    'exec_create: ls /',
    'exec_start: ls /',
    'exec_die',
  ]).flat()
  return ['create', 'start', ...commands, 'die', 'destroy'].map((action) => {
    nano += 1_000_003n
    const attributes = { image: 'shop/web:1.4', name: `web-${at}` }
    const actor = JSON.stringify({ ID: idOf(at), Attributes: attributes })
    return `{"Type":"container","Action":"${action}","Actor":${actor},"scope":"local","time":${nano / 1_000_000_000n},"timeNano":${nano}}`
  })
}

function inspected(at: number): string {
  return JSON.stringify({
    Id: idOf(at),
    Name: `/web-${at}`,
    HostConfig: { NetworkMode: 'bridge', CapAdd: ['NET_ADMIN'], PortBindings: {} },
    Config: { Image: 'shop/web:1.4', Env: ['PATH=/bin', 'TOKEN=x'], Cmd: ['sleep', '1'] },
    Mounts: [{ Type: 'bind', Source: '/etc', Destination: '/etc', RW: false }],
  })
}

const makeLines = (): string[] => Array.from({ length: containers }, (_, at) => lifeOf(at)).flat()
const fixed = makeLines()

async function run(): Promise<number> {
  const engine = await FakeEngine.start()
  for (let at = 0; at < containers; at += 1) engine.answers.set(`/containers/${idOf(at)}/json`, inspected(at))
  const lines = makeLines()
  const stop = new AbortController()
  let read = 0
  for await (const batch of listen(engine.host).read(undefined, stop.signal)) {
    for (const { text, id } of batch.events) {
      if (text.includes('"Connected to Docker')) engine.send(`${lines.join('\n')}\n`)
      else if (id.startsWith('docker:') && !id.endsWith(':follow-up')) read += 1
    }
    batch.settle()
    if (read >= lines.length) stop.abort()
  }
  await engine.stop()
  return lines.length
}

function listen(host: string, folder = home): DockerSource {
  return new DockerSource({
    name: 'docker-listener',
    engines: [engineAddress(host, {})],
    retry: { firstMs: 100, longestMs: 100, attempts: undefined, random: Math.random },
    startsInMs: () => 0,
    context: { ...context, home: folder },
  })
}

function parse(): number {
  for (const line of fixed) JSON.parse(line)
  return fixed.length
}

const cases: readonly BenchCase[] = [
  { name: 'socket to batches, every container inspected', baseline: 'JSON.parse', run, runBaseline: parse },
]

const perSecond = 200
const measuredMs = 5000

/** Milliseconds from the moment the engine wrote an event to the moment it would survive a crash; rules and store as in a manager. */
async function latencies(): Promise<number[]> {
  const engine = await FakeEngine.start()
  for (let at = 0; at < containers; at += 1) engine.answers.set(`/containers/${idOf(at)}/json`, inspected(at))
  const folder = path.join(home, 'latency')
  const store = await openStore({ folder: path.join(folder, 'data') })
  const loaded = loadEngine({ home: folder, hostName: 'bench' })
  const sentAt = new Map<string, number>()
  const found: number[] = []
  const source = listen(engine.host, folder)
  const timed: Source = {
    name: source.name,
    status: () => source.status(),
    read: async function* (from, signal) {
      for await (const batch of source.read(from, signal))
        yield { ...batch, settle: (failure) => (noteStored(batch, sentAt, found), batch.settle(failure)) }
    },
  }
  const stop = new AbortController()
  const parts = {
    store,
    engine: () => loaded.engine,
    telemetry: pipelineTelemetry(context.telemetry),
    now: Date.now,
  }
  const running = ingest(timed, parts, stop.signal)
  while (engine.listeners === 0) await sleep(10)
  for (
    const end = performance.now() + measuredMs;
    performance.now() < end;
    await sleep(1000 / (perSecond / 20))
  ) {
    const lines = makeLines().slice(0, 20)
    for (const line of lines) sentAt.set(nanoIn(line), performance.now())
    engine.send(`${lines.join('\n')}\n`)
  }
  await sleep(1000)
  stop.abort()
  await running
  await store.close()
  await engine.stop()
  return found.toSorted((left, right) => left - right)
}

const nanoIn = (text: string): string => /"timeNano": ?(\d+)/.exec(text)?.[1] ?? ''

function noteStored({ events }: Batch, sentAt: ReadonlyMap<string, number>, found: number[]): void {
  const now = performance.now()
  for (const { id, text } of events) {
    const sent = sentAt.get(nanoIn(text))
    if (sent !== undefined && !id.endsWith(':follow-up')) found.push(now - sent)
  }
}

/** Resident memory of a manager, megabytes, that watches an engine with so many containers. */
async function memoryWith(count: number): Promise<number> {
  const engine = await FakeEngine.start()
  const ids = Array.from({ length: count }, (_, at) => at)
  for (const at of ids) engine.answers.set(`/containers/${idOf(at)}/json`, inspected(at))
  const listed = ids.map((at) => ({
    Id: idOf(at),
    Names: [`/web-${at}`],
    Image: 'shop/web:1.4',
    State: 'running',
  }))
  engine.answers.set('/containers/json', JSON.stringify(listed))
  engine.answers.set('/images/json', '[]')
  engine.answers.set('/volumes', '{}')
  engine.answers.set('/networks', '[]')
  const folder = mkdtempSync(path.join(home, 'memory-'))
  writeFileSync(
    path.join(folder, 'test.conf'),
    `<ossec_config><dashboard><port>0</port></dashboard><kube_audit><port>0</port><bind>127.0.0.1</bind></kube_audit>
    <wodle name="docker-listener"><host>${engine.host}</host></wodle></ossec_config>`,
  )
  const script = path.join(packageRoot, 'dist', 'src', 'cli.js')
  const child = spawn(
    process.execPath,
    [script, 'manager', '--home', folder, '--config', path.join(folder, 'test.conf')],
    { stdio: 'ignore' },
  )
  while (engine.listeners === 0 && child.exitCode === null) await sleep(50)
  const inspects = (): number => new Set(engine.asked.filter((url) => url.endsWith('/json'))).size
  while (inspects() < count && child.exitCode === null) await sleep(50)
  await sleep(6000) // saved once
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await ended
  await engine.stop()
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

function result(
  name: string,
  [value, unit]: readonly [number, string],
  goal: readonly [number, string],
): BenchResult {
  const [baseline_value, baseline] = goal
  const rounded = Number(value.toPrecision(4))
  return {
    case: name,
    value: rounded,
    unit,
    baseline,
    baseline_value,
    ratio: Number((value / baseline_value).toPrecision(3)),
  }
}

export async function results(): Promise<readonly BenchResult[]> {
  const rates = await measure(cases)
  const sorted = await latencies()
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
  const title = `event to stored, ${perSecond} a second`
  const without = await memoryWith(0)
  const many = await memoryWith(1000)
  return [
    ...rates,
    result(`${title}, median`, [at(0.5), 'ms'], [300, 'goal']),
    result(`${title}, p99`, [at(0.99), 'ms'], [300, 'goal']),
    result('RSS of a manager, no container', [without, 'MB'], [150, 'goal']),
    result('RSS of a manager, 1,000 containers', [many, 'MB'], [without, 'no container']),
  ]
}
