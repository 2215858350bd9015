// Every container that is made must be told once, whatever happens to us or to the engine meanwhile: the engine's own list is the truth.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { describe, it, before, after, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { engineMissing, startEngine, type Engine } from '../support/dockerd.ts'
import { call } from '../support/engine-call.ts'
import { listens } from '../support/listening.ts'
import { alertLines, eventually, startManager, temporaryFolder } from '../support/manager-process.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: the account of what a Docker engine did: ${missing}`)
/** Made of one file, so that a thousand containers take little room. */
const tiny = 'tiny:1'
const frozenMs = 30_000

interface Told {
  readonly name: string
  readonly reconciled: boolean
  /** `late` or `follow-up`. */
  readonly enrichment: unknown
}

const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  )

/** Creations told so far, in their order. */
function creationsIn(home: string): Told[] {
  return alertLines(home)
    .map((alert) => at(alert, 'data', 'docker'))
    .filter((docker) => at(docker, 'Type') === 'container' && at(docker, 'Action') === 'create')
    .map((docker) => ({
      name: String(at(docker, 'Actor', 'Attributes', 'name')),
      reconciled: at(docker, 'reconciled') === 'true',
      enrichment: at(docker, 'enrichment'),
    }))
}

const gapsIn = (home: string): number =>
  alertLines(home).filter((alert) => at(alert, 'data', 'quaywatch', 'kind') === 'docker-gap').length

/** A gap is told behind everything that was found in it. */
async function declared(home: string): Promise<void> {
  await eventually('the gap', () => gapsIn(home) > 0 || undefined)
}

async function importTiny({ docker, host }: Engine): Promise<void> {
  const folder = path.join(path.dirname(host.slice('unix://'.length)), 'tiny')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'file'), 'x')
  spawnSync('tar', ['-cf', `${folder}.tar`, '-C', folder, 'file'])
  const { code, out } = await docker('import', '-c', 'CMD ["/file"]', `${folder}.tar`, tiny)
  assert.equal(code, 0, out)
}

/** Names of those that the engine says it made; when it is gone there are fewer. */
async function create(host: string, prefix: string, count: number): Promise<string[]> {
  const made: string[] = []
  for (let number = 0; number < count; number += 1) {
    const name = `${prefix}-${number}`
    const status = await call(host, 'POST', `/containers/create?name=${name}`, { Image: tiny }).catch(() => 0)
    if (status === 201) made.push(name)
    if (status === 0) return made
  }
  return made
}

async function listed({ docker }: Engine, prefix: string): Promise<string[]> {
  const { out } = await docker('ps', '-a', '--format', '{{.Names}}', '--filter', `name=^${prefix}-`)
  return out.split('\n').filter((name) => name !== '')
}

/** Creations that the engine itself remembers: the last of its 256 events, as `docker events --since` prints them. */
async function remembered({ docker }: Engine): Promise<string[]> {
  const until = Math.ceil(Date.now() / 1000)
  const only = [
    '--filter',
    'type=container',
    '--filter',
    'event=create',
    '--format',
    '{{.Actor.Attributes.name}}',
  ]
  const { code, out } = await docker('events', '--since', '1', '--until', String(until), ...only)
  assert.equal(code, 0, out)
  return out.split('\n').filter((name) => name !== '')
}

/** Fails when the engine remembers one that was not told. */
async function compareWithMemory(home: string, engine: Engine, prefixes: readonly string[]): Promise<void> {
  const told = new Set(creationsIn(home).map(({ name }) => name))
  const ours = (await remembered(engine)).filter((name) => prefixes.includes(name.split('-')[0] ?? ''))
  assert.ok(ours.length > 0)
  assert.deepEqual(
    ours.filter((name) => !told.has(name)),
    [],
  )
}

/** Fails when one is missing after a while, or told twice. */
async function accountFor(test: TestContext, home: string, names: readonly string[]): Promise<void> {
  const wanted = new Set(names)
  const told = () => creationsIn(home).filter(({ name }) => wanted.has(name))
  await eventually(
    `the account of ${names.length} containers`,
    () => (new Set(told().map(({ name }) => name)).size === wanted.size ? true : undefined),
    600_000,
  )
  await wait(1500) // a second telling would come now
  const all = told()
  const twice = all.filter((one, at) => all.some((other, before) => before < at && other.name === one.name))
  assert.deepEqual(twice, [], 'some were told twice')
  const reconciled = all.filter((one) => one.reconciled).length
  test.diagnostic(
    `${wanted.size} made: ${all.length - reconciled} told by events, ${reconciled} found by comparing; ${gapsIn(home)} gaps declared so far`,
  )
}

const options = { skip: missing !== undefined, timeout: 3_600_000 }
describe('the account of what a Docker engine did', options, () => {
  let engine: Engine
  before(async () => {
    engine = await startEngine()
    await importTiny(engine)
  })
  after(() => engine.remove())
  const wodle = (): string => `<wodle name="docker-listener"><host>${engine.host}</host></wodle>`

  it('is complete when we stand still while a thousand containers are made', async (test) => {
    const home = temporaryFolder(test, 'frozen-account')
    const manager = await startManager(test, home, wodle())
    await listens(home, engine.host, tiny)
    await create(engine.host, 'first', 1)
    await accountFor(test, home, ['first-0'])
    manager.child.kill('SIGSTOP')
    const began = Date.now()
    const made = await create(engine.host, 'frozen', 1000)
    await wait(Math.max(0, frozenMs - (Date.now() - began)))
    manager.child.kill('SIGCONT')
    assert.equal(made.length, 1000)
    await accountFor(test, home, made)
    await compareWithMemory(home, engine, ['first', 'frozen'])
    await manager.end('SIGTERM')
  })

  it('is complete when we are killed in the middle, twice', async (test) => {
    const home = temporaryFolder(test, 'killed-account')
    let manager = await startManager(test, home, wodle())
    await listens(home, engine.host, tiny)
    const making = create(engine.host, 'killed', 400)
    for (const mark of ['killed-60', 'killed-200']) {
      await eventually(mark, () => (creationsIn(home).some(({ name }) => name === mark) ? true : undefined))
      await manager.end('SIGKILL')
      manager = await startManager(test, home, wodle())
    }
    await accountFor(test, home, await making)
    await compareWithMemory(home, engine, ['killed'])
    await manager.end('SIGTERM')
  })

  it('is complete when more happened than the engine remembers, and we are killed before we said so', async (test) => {
    const home = temporaryFolder(test, 'wrapped-account')
    let manager = await startManager(test, home, wodle())
    await listens(home, engine.host, tiny)
    const before = await create(engine.host, 'early', 10)
    await accountFor(test, home, before)
    await manager.end('SIGKILL')
    const wrapped = await create(engine.host, 'wrapped', 300)
    manager = await startManager(test, home, wodle())
    await eventually('events behind the gap', () =>
      creationsIn(home).some(({ name }) => name.startsWith('wrapped-')) ? true : undefined,
    )
    await manager.end('SIGKILL')
    manager = await startManager(test, home, wodle())
    await accountFor(test, home, [...before, ...wrapped])
    await declared(home)
    assert.equal(gapsIn(home), 1)
    await compareWithMemory(home, engine, ['wrapped'])
    await manager.end('SIGTERM')
  })

  it('is complete when the engine is killed and comes back under load', async (test) => {
    const home = temporaryFolder(test, 'engine-account')
    const manager = await startManager(test, home, wodle())
    await listens(home, engine.host, tiny)
    const making = create(engine.host, 'crash', 400)
    await eventually('some', () => (creationsIn(home).length > 80 ? true : undefined))
    await engine.kill()
    await making
    await engine.start()
    await create(engine.host, 'later', 50)
    const names = [...(await listed(engine, 'crash')), ...(await listed(engine, 'later'))]
    assert.ok(names.length >= 130, `${names.length} containers`)
    await accountFor(test, home, names)
    await compareWithMemory(home, engine, ['crash', 'later'])
    await declared(home)
    await manager.end('SIGTERM')
  })
})
