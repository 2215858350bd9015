// What happened while nobody told us is told once, whoever is killed meanwhile.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import type { Cursor } from '../../src/event/batch.ts'
import { CollectedSource, quietContext } from '../support/collected-source.ts'
import { dockerSource } from '../support/docker-source.ts'
import { FakeEngine } from '../support/fake-engine.ts'

const homes = mkdtempSync(path.join(tmpdir(), 'quaywatch-gaps-'))
let count = 0
const newHome = (): string => path.join(homes, String((count += 1)))

const [old, fresh] = ['ab'.repeat(32), 'cd'.repeat(32)]
/** Milliseconds within one second of 2026. */
const nano = (ms: number): string => `1795309765${String(ms).padStart(3, '0')}000000`
const eventOf = (action: string, id: string, ms: number): string =>
  `{"Type":"container","Action":"${action}","Actor":{"ID":"${id}","Attributes":{"image":"shop/web:1.4","name":"${id.slice(0, 2)}"}},"scope":"local","time":1795309765,"timeNano":${nano(ms)}}`
const time = (ms: number): string => `2026-11-22T01:09:25.${String(ms).padStart(3, '0')}Z`
const never = '0001-01-01T00:00:00Z'

interface Container {
  readonly id: string
  readonly createdMs: number
  readonly startedMs?: number
  /** It has ended. */
  readonly diedMs?: number
}

/** What lists and inspections of the engine say. */
function exist(engine: FakeEngine, containers: readonly Container[]): void {
  const stateOf = ({ startedMs, diedMs }: Container): string =>
    startedMs === undefined ? 'created' : diedMs === undefined ? 'running' : 'exited'
  const listed = containers.map((container) => ({
    Id: container.id,
    Names: [`/${container.id.slice(0, 2)}`],
    Image: 'shop/web:1.4',
    State: stateOf(container),
    Created: 1795309765,
  }))
  engine.answers.set('/containers/json', JSON.stringify(listed))
  for (const container of containers) {
    const { id, createdMs, startedMs, diedMs } = container
    const StartedAt = startedMs === undefined ? never : time(startedMs)
    const FinishedAt = diedMs === undefined ? never : time(diedMs)
    const State = { Running: stateOf(container) === 'running', StartedAt, FinishedAt }
    const inspected = { Id: id, Name: `/${id.slice(0, 2)}`, Created: time(createdMs), State, Config: {} }
    engine.answers.set(`/containers/${id}/json`, JSON.stringify(inspected))
  }
}

const isGap = (text: string): boolean => text.includes('docker-gap')
const connected = (text: string): boolean => text.includes('"Connected to Docker service"')
/** `create cd`, and `destroy ab (found)` when no event told of it. */
const told = (source: CollectedSource): string[] =>
  source.texts().flatMap((text) => {
    if (text.includes('"enrichment": "follow-up"')) return []
    const [, action, id] = /"Action": "(\w+)", "Actor": \{"ID": "(..)/.exec(text) ?? []
    return action === undefined
      ? []
      : [`${action} ${id}${text.includes('"reconciled": true') ? ' (found)' : ''}`]
  })

describe('changes behind a gap', { timeout: 600_000 }, () => {
  let engine: FakeEngine
  beforeEach(async () => {
    engine = await FakeEngine.start()
  })
  afterEach(() => engine.stop())
  after(() => rmSync(homes, { recursive: true, force: true }))

  function read(test: TestContext, home: string, from?: Cursor): CollectedSource {
    const collected = new CollectedSource(dockerSource([engine.host], home), from)
    test.after(() => collected.stop())
    return collected
  }

  /** A home as it is after a kill: the lists that are written at an orderly end are not there. */
  async function killed(source: CollectedSource, home: string): Promise<{ home: string; from?: Cursor }> {
    const copy = newHome()
    cpSync(home, copy, { recursive: true })
    const from = source.cursor
    await source.stop()
    return from === undefined ? { home: copy } : { home: copy, from }
  }

  /** One container exists, and its creation is stored. */
  async function begun(test: TestContext): Promise<{ home: string; from?: Cursor }> {
    const home = newHome()
    exist(engine, [{ id: old, createdMs: 9 }])
    const source = read(test, home)
    await source.until('connected', connected)
    engine.send(`${eventOf('create', old, 10)}\n`)
    await source.until('the first', (text) => text.includes('"Action": "create"'))
    const from = source.cursor
    await source.stop()
    return from === undefined ? { home } : { home, from }
  }

  it('are found once when we are killed before the gap is told, also what was made just before the first event behind it', async (test) => {
    const first = await begun(test)
    // The engine has forgotten the event at our position, and `fresh` was made a moment before its event.
    exist(engine, [
      { id: old, createdMs: 9, startedMs: 50 },
      { id: fresh, createdMs: 98 },
    ])
    engine.ring.push(eventOf('create', fresh, 100))
    const second = read(test, first.home, first.from)
    await second.until('the event behind the gap', (text) => text.includes(`"ID": "${fresh}"`))
    assert.ok(!second.texts().some(isGap))
    const next = await killed(second, first.home)
    const third = read(test, next.home, next.from)
    await third.until('the gap', isGap)
    assert.deepEqual([...told(second), ...told(third)], ['create cd', 'start ab (found)'])
  })

  it('are not found again when their events come while states are compared', async (test) => {
    const first = await begun(test)
    exist(engine, [
      { id: old, createdMs: 9, startedMs: 190 },
      { id: fresh, createdMs: 195 },
    ])
    engine.ring.push(eventOf('top', old, 200))
    engine.delays.set(`/containers/${fresh}/json`, 300)
    const source = read(test, first.home, first.from)
    while (!engine.asked.includes(`/containers/${fresh}/json`))
      await new Promise((done) => setTimeout(done, 5))
    engine.send(`${eventOf('create', fresh, 201)}\n${eventOf('start', old, 202)}\n`)
    await source.until('the gap', isGap)
    assert.deepEqual(told(source), ['top ab', 'create cd', 'start ab'])
  })

  it('a removal that was told is not told again by who goes on after a kill', async (test) => {
    const first = await begun(test)
    const second = read(test, first.home, first.from)
    engine.ring.push(eventOf('create', old, 10))
    await second.until('connected', connected)
    exist(engine, [])
    engine.send(`${eventOf('destroy', old, 300)}\n`)
    await second.until('the removal', (text) => text.includes('"Action": "destroy"'))
    const next = await killed(second, first.home)
    engine.ring.splice(0, 1, eventOf('pull', fresh, 400))
    const third = read(test, next.home, next.from)
    await third.until('the gap', isGap)
    assert.deepEqual([...told(second), ...told(third)], ['destroy ab', 'pull cd'])
  })

  it('a container that came and went just before a restart is not told as removed again', async (test) => {
    const first = await begun(test)
    engine.ring.push(eventOf('create', old, 10))
    const second = read(test, first.home, first.from)
    await second.until('connected', connected)
    const short = [eventOf('create', fresh, 500), eventOf('destroy', fresh, 600)]
    engine.send(short.map((line) => `${line}\n`).join(''))
    await second.until('the removal', (text) => text.includes('"Action": "destroy"'))
    await second.stop()
    engine.ring.push(...short)
    const third = read(test, first.home, second.cursor)
    await third.until('connected', connected)
    // What comes before the removal may be repeated; the store knows it.
    await third.until('the creation again', (text) => text.includes('"Action": "create"'))
    engine.ring.splice(0, 3, eventOf('pull', old, 900))
    engine.hangUp()
    await third.until('the gap', isGap)
    assert.deepEqual(told(third), ['create ab', 'create cd', 'pull ab'])
  })

  it('a removal inside of a gap is told by who goes on after a kill', async (test) => {
    const first = await begun(test)
    exist(engine, [])
    engine.ring.push(eventOf('pull', fresh, 400))
    const second = read(test, first.home, first.from)
    await second.until('the event behind the gap', (text) => text.includes('"Action": "pull"'))
    const next = await killed(second, first.home)
    const third = read(test, next.home, next.from)
    await third.until('the gap', isGap)
    assert.deepEqual([...told(second), ...told(third)], ['pull cd', 'destroy ab (found)'])
  })

  it('a creation that was received and not stored is found by who goes on after a kill', async (test) => {
    const first = await begun(test)
    engine.ring.push(eventOf('create', old, 10))
    const second = read(test, first.home, first.from)
    await second.until('connected', connected)
    const from = second.cursor
    exist(engine, [
      { id: old, createdMs: 9 },
      { id: fresh, createdMs: 499 },
    ])
    engine.send(`${eventOf('create', fresh, 500)}\n`)
    await second.until('the creation', (text) => text.includes(`"ID": "${fresh}"`))
    // Killed before the cursor of that moment was stored, and the engine forgot the event.
    const { home } = await killed(second, first.home)
    engine.ring.splice(0, 1, eventOf('pull', old, 600))
    const third = read(test, home, from)
    await third.until('the gap', isGap)
    assert.deepEqual(told(third), ['pull ab', 'create cd (found)'])
  })

  it('an engine that takes long to repeat its events has lost nothing, and what it makes meanwhile is told once', async (test) => {
    const first = await begun(test)
    exist(engine, [
      { id: old, createdMs: 9 },
      { id: fresh, createdMs: 98 },
    ])
    engine.ring.push(eventOf('create', old, 10), eventOf('create', fresh, 100))
    let repeat: () => void = () => undefined
    engine.repeats = new Promise((resolve) => (repeat = resolve))
    const source = read(test, first.home, first.from)
    await source.until('the creation', (text) => text.includes(`"ID": "${fresh}"`))
    repeat()
    await engine.repeats
    engine.send(`${eventOf('top', fresh, 200)}\n`)
    await source.until('the next', (text) => text.includes('"Action": "top"'))
    assert.deepEqual(told(source), ['create cd', 'top cd'])
    assert.ok(!source.texts().some(isGap))
  })

  it('an engine that takes long to publish what it lists is not told twice', async (test) => {
    const first = await begun(test)
    exist(engine, [{ id: fresh, createdMs: 300 }])
    engine.ring.push(eventOf('pull', fresh, 400))
    const context = quietContext(first.home)
    const source = new CollectedSource(dockerSource([engine.host], first.home, { context }), first.from)
    test.after(() => source.stop())
    await source.until('the gap', isGap)
    const late = [eventOf('create', fresh, 450), eventOf('destroy', old, 451), eventOf('top', fresh, 452)]
    engine.send(`${late.join('\n')}\n`)
    await source.until('the last', (text) => text.includes('"Action": "top"'))
    assert.deepEqual(told(source), ['pull cd', 'create cd (found)', 'destroy ab (found)', 'top cd'])
    assert.match(await context.telemetry.metrics.metrics(), /^quaywatch_docker_told_before_total 2$/m)
  })

  it('what is made while states are compared was not removed because the list is older', async (test) => {
    const first = await begun(test)
    exist(engine, [{ id: old, createdMs: 9, startedMs: 50 }])
    engine.ring.push(eventOf('pull', old, 400))
    engine.delays.set('/containers/json', 300)
    const source = read(test, first.home, first.from)
    // The first list is for the inventory.
    const lists = (): number => engine.asked.filter((url) => url === '/containers/json?all=1').length
    for (const before = lists(); lists() < before + 2;) await new Promise((done) => setTimeout(done, 5))
    engine.send(`${eventOf('create', fresh, 500)}\n`)
    await source.until('the gap', isGap)
    assert.deepEqual(told(source), ['pull ab', 'create cd', 'start ab (found)'])
  })

  const halves = [
    {
      title: 'a creation whose start came behind the gap',
      container: { id: fresh, createdMs: 50, startedMs: 99 },
      behind: eventOf('start', fresh, 100),
      told: ['start cd', 'create cd (found)'],
    },
    {
      title: 'a creation and a start whose end came behind the gap',
      container: { id: fresh, createdMs: 50, startedMs: 60, diedMs: 99 },
      behind: eventOf('die', fresh, 100),
      told: ['die cd', 'create cd (found)', 'start cd (found)'],
    },
    {
      title: 'a start whose end came behind the gap',
      container: { id: old, createdMs: 9, startedMs: 60, diedMs: 99 },
      behind: eventOf('die', old, 100),
      told: ['die ab', 'start ab (found)'],
    },
  ]
  for (const { title, container, behind, told: wanted } of halves)
    for (const isKilled of [false, true])
      it(`${title} is found${isKilled ? ' by who goes on after a kill' : ''}`, async (test) => {
        const first = await begun(test)
        const others = container.id === old ? [] : [{ id: old, createdMs: 9 }]
        exist(engine, [...others, container])
        engine.ring.push(behind)
        const second = read(test, first.home, first.from)
        await second.until('the event behind the gap', (text) => text.includes('"timeNano": 1795309765100'))
        const sources = [second]
        if (isKilled) {
          const next = await killed(second, first.home)
          sources.push(read(test, next.home, next.from))
        }
        await sources.at(-1)?.until('the gap', isGap)
        assert.deepEqual(sources.flatMap(told), wanted)
      })

  it('a run that began and ended inside of a gap is found', async (test) => {
    const home = newHome()
    exist(engine, [{ id: old, createdMs: 9, startedMs: 19, diedMs: 29 }])
    const first = read(test, home)
    await first.until('connected', connected)
    const life = [eventOf('create', old, 10), eventOf('start', old, 20), eventOf('die', old, 30)]
    engine.send(`${life.join('\n')}\n`)
    await first.until('the end', (text) => text.includes('"Action": "die"'))
    await first.stop()
    exist(engine, [{ id: old, createdMs: 9, startedMs: 100, diedMs: 150 }])
    engine.ring.push(eventOf('pull', fresh, 400))
    const second = read(test, home, first.cursor)
    await second.until('the gap', isGap)
    assert.deepEqual(told(second), ['pull cd', 'start ab (found)', 'die ab (found)'])
  })
})
