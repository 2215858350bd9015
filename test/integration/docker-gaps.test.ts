// What happened while nobody told us is told once, whoever is killed meanwhile.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import type { Cursor } from '../../src/event/batch.ts'
import { CollectedSource } from '../support/collected-source.ts'
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
}

/** What lists and inspections of the engine say. */
function exist(engine: FakeEngine, containers: readonly Container[]): void {
  const listed = containers.map(({ id, startedMs }) => ({
    Id: id,
    Names: [`/${id.slice(0, 2)}`],
    Image: 'shop/web:1.4',
    State: startedMs === undefined ? 'created' : 'running',
    Created: 1795309765,
  }))
  engine.answers.set('/containers/json', JSON.stringify(listed))
  for (const { id, createdMs, startedMs } of containers) {
    const StartedAt = startedMs === undefined ? never : time(startedMs)
    const State = { Running: startedMs !== undefined, StartedAt, FinishedAt: never }
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

describe('changes behind a gap', { timeout: 60_000 }, () => {
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
})
