// The Docker source against an engine that says what no real one here would say.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Batch, Cursor } from '../../src/event/batch.ts'
import { CollectedSource } from '../support/collected-source.ts'
import { dockerSource, type DockerSourceSettings } from '../support/docker-source.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { eventually } from '../support/manager-process.ts'

const homes = mkdtempSync(path.join(tmpdir(), 'quaywatch-fake-'))
let count = 0
const newHome = (): string => path.join(homes, String((count += 1)))
const id = 'ab'.repeat(32)

interface Settings extends DockerSourceSettings {
  readonly home?: string
}

const sourceFor = (hosts: readonly string[], { home = newHome(), ...settings }: Settings = {}) =>
  dockerSource(hosts, home, settings)

const eventOf = (action: string, nano: number, name = 'web'): string =>
  `{"Type":"container","Action":"${action}","Actor":{"ID":"${id}","Attributes":{"image":"shop/web:1.4","name":"${name}"}},"scope":"local","time":1795309765,"timeNano":1795309765${String(nano).padStart(9, '0')}}`
const inspected = `{"Id":"${id}","Name":"/web","HostConfig":{"Privileged":true},"Config":{"Image":"shop/web:1.4"}}`
const withAction = (action: string) => (text: string) => text.includes(`"Action": "${action}"`)
const connected = (text: string): boolean => text.includes('"Connected to Docker service"')

describe('docker source and the Engine API', { timeout: 600_000 }, () => {
  let engine: FakeEngine
  let source: CollectedSource
  beforeEach(async () => {
    engine = await FakeEngine.start()
    engine.answers.set(`/containers/${id}/json`, inspected)
    source = new CollectedSource(sourceFor([engine.host]))
    await source.until('connected', connected)
  })
  afterEach(async () => {
    await source.stop()
    await engine.stop()
  })
  after(() => rmSync(homes, { recursive: true, force: true }))

  it('reads events of Docker 29 however the transport cuts them', async () => {
    const line = `${eventOf('create', 1, 'é😀')}\n`
    const half = line.indexOf('Actor')
    engine.send(line.slice(0, half))
    engine.send(line.slice(half) + eventOf('start', 2) + '\n')
    const { text } = await source.until('create', withAction('create'))
    assert.match(
      text,
      new RegExp(
        `^\\{"integration": "docker", "docker": \\{"status": "create", "id": "${id}", "from": "shop/web:1.4", "Type"`,
      ),
    )
    // Whenever the facts come: with the event, or behind it.
    await source.until('facts', (line) =>
      line.includes('"name": "\\u00e9\\ud83d\\ude00", "Privileged": "true"'),
    )
    await source.until('start', withAction('start'))
  })

  it('goes on after garbage, oversized lines and null bytes', async () => {
    engine.send('garbage\n{"half":\n[]\n\u0000\n')
    engine.send(`{"x":"${'y'.repeat(5 * 1024 * 1024)}"}\n`)
    engine.send(`${eventOf('create', 3)}\n`)
    await source.until('create', withAction('create'))
  })

  it('waits a quarter of a second for facts, then says late, and evaluates once more when they came', async () => {
    engine.delays.set(`/containers/${id}/json`, 600)
    engine.send(`${eventOf('create', 4)}\n`)
    const late = await source.until('late', (text) => text.includes('"enrichment": "late"'))
    assert.doesNotMatch(late.text, /Privileged/)
    const followUp = await source.until('follow-up', (text) => text.includes('"enrichment": "follow-up"'))
    assert.match(followUp.text, /"Privileged": "true"/)
    assert.equal(followUp.id, `${late.id}:follow-up`)
  })

  it('asks once for what many events need', async () => {
    const actions = ['create', 'pause', 'unpause', 'top', 'resize', 'die', 'destroy']
    engine.send(actions.map((action, at) => `${eventOf(action, 10 + at)}\n`).join(''))
    const { text } = await source.until('destroy', withAction('destroy'))
    assert.match(text, /"privileged": true|"enrichment": "late"/)
    // Whenever the answer comes: with the event, or behind it.
    await source.until('facts', (line) => withAction('create')(line) && line.includes('"privileged": true'))
    assert.equal(engine.asked.filter((url) => url.includes(id)).length, 1)
  })

  it('connects again when the stream ends, and does not tell again what the engine repeats', async () => {
    engine.send(`${eventOf('create', 20)}\n`)
    await source.until('create', withAction('create'))
    engine.ring.push(eventOf('create', 20), eventOf('start', 21))
    engine.hangUp()
    await source.until('start', withAction('start'))
    assert.deepEqual(
      source
        .texts()
        .filter((text) => text.includes('Wodle'))
        .map((text) => text.split('"')[9]),
      [
        'Started',
        'Connected to Docker service',
        'Disconnected from the Docker service',
        'Connected to Docker service',
      ],
    )
    assert.equal(source.texts().filter(withAction('create')).length, 1)
    assert.ok(engine.asked.some((url) => url.startsWith('/events?since=1795309764.000000020')))
  })

  it('goes on where it began when a connection breaks before the first event, and after a restart', async () => {
    const quiet = await FakeEngine.start()
    quiet.answers.set('/info', `{"ID":"FAKE","SystemTime":"2026-01-02T03:04:05.000000006Z"}`)
    const home = newHome()
    const first = new CollectedSource(sourceFor([quiet.host], { home }))
    await first.until('connected', connected)
    quiet.answers.set('/info', `{"ID":"FAKE","SystemTime":"2026-01-02T03:04:25Z"}`)
    quiet.hangUp()
    await first.until('lost', (text) => text.includes('"Disconnected from the Docker service"'))
    await first.until('again', () => first.texts().filter(connected).length === 2)
    await first.stop()
    const made = eventOf('create', 1).replaceAll('1795309765', '1767323050')
    quiet.ring.push(made)
    const second = new CollectedSource(sourceFor([quiet.host], { home }), first.cursor)
    await second.until('what happened meanwhile', withAction('create'))
    const streams = quiet.asked.filter((url) => url.startsWith('/events') && !url.includes('until='))
    assert.deepEqual(
      streams.map((url) => new URL(url, 'http://engine').searchParams.get('since')),
      Array.from({ length: 3 }, () => '1767323045.000000006'),
    )
    await eventually('a look at what it remembers', () =>
      quiet.asked.some((url) => url.includes('since=1.0')) ? true : undefined,
    )
    await wait(1500) // a gap would be told now
    await second.stop()
    await quiet.stop()
    assert.ok(!second.texts().some((text) => text.includes('docker-gap')))
  })

  it('reads several engines at once, each from its own position', async () => {
    const other = await FakeEngine.start()
    const both = new CollectedSource(sourceFor([engine.host, other.host]))
    await both.until('both', () => both.texts().filter(connected).length === 2)
    engine.send(`${eventOf('pause', 30)}\n`)
    other.send(`${eventOf('top', 31)}\n`)
    await both.until('pause', withAction('pause'))
    await both.until('top', withAction('top'))
    await both.stop()
    await other.stop()
    for (const nano of ['1795309765000000030', '1795309765000000031'])
      assert.ok(both.cursor?.includes(`"nano":"${nano}"`), `${nano} is not in ${both.cursor}`)
  })

  /** A source whose batches are not stored before the test says so. */
  async function stalled(settings: Settings, from?: Cursor) {
    const stop = new AbortController()
    const before = engine.listeners
    const batches = sourceFor([engine.host], settings).read(from, stop.signal)
    const first = await batches.next()
    while (engine.listeners <= before) await turn()
    return { stop, batches, first }
  }

  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
  const nanoOf = (text: string): number => Number(/"timeNano": 1795309765(\d{9})/.exec(text)?.[1] ?? 0)
  const spooled = (home: string): string[] =>
    readdirSync(path.join(home, 'data', 'docker-listener')).filter((name) => name.startsWith('spool-'))

  const waitingOnDisk = (home: string): string =>
    spooled(home)
      .map((name) => readFileSync(path.join(home, 'data', 'docker-listener', name), 'latin1'))
      .join('')

  async function readUntil(
    batches: AsyncGenerator<Batch>,
    isEnough: (texts: readonly string[]) => boolean,
  ): Promise<string[]> {
    const texts: string[] = []
    while (!isEnough(texts)) {
      const { value } = await batches.next()
      texts.push(...(value?.events ?? []).map(({ text }: { text: string }) => text))
      value?.settle()
    }
    return texts
  }

  it('a store that stands still holds up nothing: events wait on disk and come in their order, once', async () => {
    const home = newHome()
    const spool = { totalBytes: 2 ** 28, fileBytes: 2 ** 20 }
    const { stop, batches, first } = await stalled({ home, limits: { waiting: 20_000, spool } })
    const lines = Array.from({ length: 6000 }, (_, at) => eventOf('top', 100 + at))
    for (let at = 0; at < lines.length; at += 1000) {
      engine.send(`${lines.slice(at, at + 1000).join('\n')}\n`)
      await turn()
    }
    while (spooled(home).length < 2) await turn()
    first.value?.settle()
    const tops = (texts: readonly string[]) => texts.filter(withAction('top')).map(nanoOf)
    const texts = await readUntil(batches, (found) => tops(found).length >= 6000)
    assert.deepEqual(
      tops(texts),
      lines.map((_, at) => 100 + at),
    )
    assert.equal(
      texts.some((text) => text.includes('docker-gap')),
      false,
    )
    const last = batches.next()
    while (spooled(home).length > 0) await turn()
    stop.abort()
    await last
    await batches.return(undefined)
  })

  it('what waited on disk is there after a kill, once', async () => {
    const home = newHome()
    const { stop, batches, first } = await stalled({ home })
    engine.send(`${Array.from({ length: 4000 }, (_, at) => eventOf('top', 100 + at)).join('\n')}\n`)
    first.value?.settle()
    // Some of it is stored, the rest is on disk, and the engine has forgotten everything.
    const before = await batches.next()
    const cursor = before.value?.cursor
    const stored = before.value?.events.map(({ text }: { text: string }) => text) ?? []
    before.value?.settle()
    while (!waitingOnDisk(home).includes('1795309765000004099')) await turn()
    const killed = newHome()
    cpSync(home, killed, { recursive: true })
    stop.abort()
    await batches.return(undefined)

    engine.ring.push(eventOf('top', 4099), eventOf('top', 4100))
    const next = await stalled({ home: killed }, cursor)
    next.first.value?.settle()
    const firstTexts = next.first.value?.events.map(({ text }: { text: string }) => text) ?? []
    const rest = await readUntil(next.batches, (texts) => texts.some((text) => nanoOf(text) === 4100))
    // What was being stored may come again; a store knows it by its id.
    const all = [...stored, ...firstTexts, ...rest].filter(withAction('top')).map(nanoOf)
    assert.ok(all.length <= 4001 + 256, `${all.length} events`)
    assert.deepEqual(
      [...new Set(all)],
      Array.from({ length: 4001 }, (_, at) => 100 + at),
    )
    assert.equal(
      rest.some((text) => text.includes('docker-gap')),
      false,
    )
    next.stop.abort()
    await next.batches.return(undefined)
  })

  it('pauses when the disk may take no more, and declares what it could not read meanwhile', async () => {
    const spool = { totalBytes: 500_000, fileBytes: 100_000 }
    const { stop, batches, first } = await stalled({ limits: { waiting: 500, spool } })
    const lines = Array.from({ length: 8000 }, (_, at) => eventOf('top', 100 + at))
    engine.ring.push(...lines.slice(-256))
    engine.send(`${lines.join('\n')}\n`)
    while (engine.listeners > 1) await turn()
    first.value?.settle()
    const texts = await readUntil(batches, (found) => found.some((text) => text.includes('docker-gap')))
    const tops = texts.filter(withAction('top'))
    assert.ok(tops.length >= 756 && tops.length < 8000, `${tops.length} events`)
    assert.match(texts.at(-1) ?? '', /"reason": "ring-wrapped"/)
    stop.abort()
    await batches.return(undefined)
  })

  it('an event that went late comes again although we stopped before its facts came', async () => {
    const home = newHome()
    engine.delays.set(`/containers/${id}/json`, 5000)
    const before = new CollectedSource(sourceFor([engine.host], { home }))
    await before.until('connected', connected)
    engine.send(`${eventOf('create', 4)}\n`)
    const late = await before.until('late', (text) => text.includes('"enrichment": "late"'))
    await before.stop()
    engine.delays.clear()
    const later = new CollectedSource(sourceFor([engine.host], { home }), before.cursor)
    const followUp = await later.until('follow-up', (text) => text.includes('"enrichment": "follow-up"'))
    assert.equal(followUp.id, `${late.id}:follow-up`)
    assert.match(followUp.text, /"timeNano": 1795309765000000004/)
    assert.match(followUp.text, /"Privileged": "true"/)
    assert.equal(later.texts().filter(withAction('create')).length, 1)
    engine.send(`${eventOf('top', 5)}\n`)
    await later.until('top', withAction('top'))
    assert.ok(!later.cursor?.includes('"late"'))
    await later.stop()
  })

  it('keeps reading while nothing is stored, and repeats a batch that was not stored', async () => {
    const stop = new AbortController()
    const batches = sourceFor([engine.host]).read(undefined, stop.signal)
    const first = await batches.next()
    assert.equal(first.done, false)
    while (engine.listeners < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    engine.send(Array.from({ length: 3000 }, (_, at) => `${eventOf('top', 100 + at)}\n`).join(''))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const texts = first.value?.events.map(({ text }) => text)
    first.value?.settle(new Error('disk full'))
    const again = await batches.next()
    assert.deepEqual(
      again.value?.events.map(({ text }: { text: string }) => text),
      texts,
    )
    again.value?.settle()
    let read = 0
    while (read < 3000) {
      const { value } = await batches.next()
      read += value?.events.filter(({ text }: { text: string }) => text.includes('"top"')).length ?? 0
      value?.settle()
    }
    stop.abort()
    await batches.return(undefined)
  })
})

describe('docker source without an engine', { timeout: 300_000 }, () => {
  it('says once that none is running, keeps trying, and connects when there is one', async () => {
    const engine = await FakeEngine.start()
    const { host } = engine
    await engine.stop()
    const source = sourceFor([host])
    const collected = new CollectedSource(source)
    await collected.until('not running', (text) => text.includes('"Docker service is not running"'))
    while (!source.status().detail.startsWith('there is no Docker socket'))
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(source.status().advice ?? '', /systemctl start docker/)
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(collected.texts().filter((text) => text.includes('not running')).length, 1)
    await collected.stop()
  })

  it('gives up after the attempts it was given', async () => {
    const source = sourceFor(['unix:///nonexistent/docker.sock'], { attempts: 2 })
    const collected = new CollectedSource(source)
    while (source.status().state !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(source.status().detail, /gave up after 2 attempts/)
    await collected.stop()
  })
})
