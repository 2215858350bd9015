// Events per second from the socket of an engine to batches, with every container inspected, beside JSON.parse of the same lines.
// The engine runs in the same process and shares its processor.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { Registry } from 'prom-client'
import { DockerSource } from '../src/sources/docker/docker-source.ts'
import { engineAddress } from '../src/sources/docker/engine-address.ts'
import { FakeEngine } from '../test/support/fake-engine.ts'
import type { BenchCase } from './bench-case.ts'

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

function listen(host: string): DockerSource {
  return new DockerSource({
    name: 'docker-listener',
    engines: [engineAddress(host, {})],
    retry: { firstMs: 100, longestMs: 100, attempts: undefined, random: Math.random },
    startsInMs: () => 0,
    context,
  })
}

function parse(): number {
  for (const line of fixed) JSON.parse(line)
  return fixed.length
}

export const cases: readonly BenchCase[] = [
  { name: 'socket to batches, every container inspected', baseline: 'JSON.parse', run, runBaseline: parse },
]
