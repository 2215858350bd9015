// The Docker source against an engine that says what no real one here would say.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { DockerSource } from '../../src/sources/docker/docker-source.ts'
import { engineAddress } from '../../src/sources/docker/engine-address.ts'
import { CollectedSource, quietContext } from '../support/collected-source.ts'
import { FakeEngine } from '../support/fake-engine.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-fake-'))
const id = 'ab'.repeat(32)

function sourceFor(hosts: readonly string[], attempts?: number): DockerSource {
  return new DockerSource({
    name: 'docker-listener',
    engines: hosts.map((host) => engineAddress(host, {})),
    retry: { firstMs: 20, longestMs: 50, attempts, random: () => 1 },
    startsInMs: () => 0,
    context: quietContext(home),
  })
}

const eventOf = (action: string, nano: number, name = 'web'): string =>
  `{"Type":"container","Action":"${action}","Actor":{"ID":"${id}","Attributes":{"image":"shop/web:1.4","name":"${name}"}},"scope":"local","time":1795309765,"timeNano":1795309765${String(nano).padStart(9, '0')}}`
const inspected = `{"Id":"${id}","Name":"/web","HostConfig":{"Privileged":true},"Config":{"Image":"shop/web:1.4"}}`
const withAction = (action: string) => (text: string) => text.includes(`"Action": "${action}"`)
const connected = (text: string): boolean => text.includes('"Connected to Docker service"')

describe('docker source and the Engine API', { timeout: 60_000 }, () => {
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
  after(() => rmSync(home, { recursive: true, force: true }))

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
    assert.match(text, /"name": "\\u00e9\\ud83d\\ude00", "Privileged": "true"/)
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
    assert.match(text, /"privileged": true/)
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

  it('pauses when 20,000 events wait, and declares what it could not read meanwhile', async () => {
    const stop = new AbortController()
    const batches = sourceFor([engine.host]).read(undefined, stop.signal)
    const first = await batches.next()
    while (engine.listeners < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const lines = Array.from({ length: 24_000 }, (_, at) => eventOf('top', 100 + at))
    engine.ring.push(...lines.slice(-256))
    engine.send(`${lines.join('\n')}\n`)
    while (engine.listeners > 1) await new Promise((resolve) => setTimeout(resolve, 20))
    first.value?.settle()
    let top = 0
    let gap = ''
    while (gap === '') {
      const { value } = await batches.next()
      for (const { text } of value?.events ?? []) {
        if (text.includes('"Action": "top"')) top += 1
        if (text.includes('"docker-gap"')) gap = text
      }
      value?.settle()
    }
    assert.ok(top >= 20_256 && top < 24_000, `${top} events`)
    assert.match(gap, /"reason": "ring-wrapped"/)
    stop.abort()
    await batches.return(undefined)
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

describe('docker source without an engine', { timeout: 20_000 }, () => {
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
    const source = sourceFor(['unix:///nonexistent/docker.sock'], 2)
    const collected = new CollectedSource(source)
    while (source.status().state !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(source.status().detail, /gave up after 2 attempts/)
    await collected.stop()
  })
})
