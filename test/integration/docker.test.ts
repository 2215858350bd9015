// The Docker source against a real engine.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Cursor } from '../../src/event/batch.ts'
import { readSection } from '../../src/config/option.ts'
import { parseXml } from '../../src/dialect/xml.ts'
import { dockerListener } from '../../src/sources/docker/docker-listener.ts'
import { CollectedSource, quietContext } from '../support/collected-source.ts'
import { engineMissing, image, startEngine, type Engine } from '../support/dockerd.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: tests with a Docker engine: ${missing}`)

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-docker-'))

function listen(host: string, from?: Cursor): CollectedSource {
  const xml = `<wodle name="docker-listener"><host>${host}</host><interval>2s</interval></wodle>`
  const [block] = parseXml(xml, 'ossec.conf').roots
  assert.ok(block)
  const { values, problems } = readSection(block, dockerListener.options)
  assert.deepEqual(problems, [])
  return new CollectedSource(dockerListener.create(values, quietContext(home)), from)
}

interface DockerBody {
  readonly docker: {
    readonly status?: string
    readonly Action?: string
    readonly Actor?: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
    readonly container?: Readonly<Record<string, unknown>>
    readonly exec?: Readonly<Record<string, unknown>>
    readonly reconciled?: boolean
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape is what the tests assert
const bodyOf = (text: string): DockerBody['docker'] => (JSON.parse(text) as Partial<DockerBody>).docker ?? {}
const says = (action: string, name: string) => (text: string) => {
  const { Action, Actor } = bodyOf(text)
  return Action === action && Actor?.Attributes['name'] === name
}
const factsOf = (action: string, name: string) => (text: string) =>
  says(action, name)(text) && bodyOf(text).container !== undefined

describe('docker source with a real engine', { skip: missing !== undefined, timeout: 900_000 }, () => {
  let engine: Engine
  let source: CollectedSource

  before(async () => {
    engine = await startEngine()
    source = listen(engine.host)
    await source.until('connected', (text) => text.includes('"Connected to Docker service"'))
  })
  after(async () => {
    await source.stop()
    await engine.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('says that it started and connected, in the texts of the field', () => {
    assert.deepEqual(source.texts().slice(0, 2), [
      '{"integration": "docker", "docker": {"Wodle event": "Started"}}',
      '{"integration": "docker", "docker": {"Wodle event": "Connected to Docker service"}}',
    ])
    assert.equal(source.events[0]?.location, 'Wazuh-Docker')
  })

  it('tells the whole life of a container', async () => {
    const run = await engine.docker(
      'run',
      '-d',
      '--name',
      'life',
      '--network',
      'none',
      '--label',
      'a=b',
      image,
    )
    assert.equal(run.code, 0, run.out)
    await engine.docker('pause', 'life')
    await engine.docker('unpause', 'life')
    await engine.docker('rename', 'life', 'life2')
    await engine.docker('stop', '-t', '1', 'life2')
    await engine.docker('rm', 'life2')
    await source.until('destroy', says('destroy', 'life2'))
    const id = run.out
    const actions = source
      .texts()
      .map(bodyOf)
      .filter(({ Actor }) => Actor?.ID === id)
      .map(({ Action }) => Action)
    assert.deepEqual(
      [...new Set(actions)],
      ['create', 'start', 'pause', 'unpause', 'rename', 'kill', 'die', 'stop', 'destroy'],
    )
    const destroyed = bodyOf((await source.until('destroy', says('destroy', 'life2'))).text)
    assert.equal(destroyed.container?.['image'], 'shop/web:1.4')
    assert.equal(destroyed.Actor?.Attributes['a'], 'b')
  })

  it('prints events as existing rules expect them, with exact times', async () => {
    await engine.docker('volume', 'create', 'orders')
    const { text } = await source.until('volume', (line) => bodyOf(line).Actor?.ID === 'orders')
    assert.match(
      text,
      /^\{"integration": "docker", "docker": \{"Type": "volume", "Action": "create", "Actor": \{"ID": "orders", "Attributes": \{"driver": "local"\}\}, "scope": "local", "time": \d{10}, "timeNano": \d{19}\}\}$/,
    )
  })

  it('adds what an inspect knows, also as the attribute that published rules ask for', async () => {
    const mounts = ['-v', '/:/host', '-v', '/var/run/docker.sock:/var/run/docker.sock:ro']
    const secrets = ['-e', 'DB_PASSWORD=hunter2', '-e', 'LANG=C']
    await engine.docker(
      'create',
      '--privileged',
      '--pid',
      'host',
      '--name',
      'priv',
      ...mounts,
      ...secrets,
      image,
    )
    const { text } = await source.until('create', factsOf('create', 'priv'))
    const { Actor, container } = bodyOf(text)
    assert.equal(Actor?.Attributes['Privileged'], 'true')
    assert.deepEqual(container?.['risk'], ['privileged', 'runtime-socket', 'host-root', 'host-pid'])
    assert.deepEqual(container?.['suspicious_env'], ['DB_PASSWORD'])
    assert.equal(container?.['pid_mode'], 'host')
    assert.ok(!source.texts().some((line) => line.includes('hunter2')))
  })

  it('follows commands from their creation to their end', async () => {
    await engine.docker('run', '-d', '--name', 'busy', '--network', 'none', image)
    await engine.docker('exec', '-u', 'app', 'busy', 'sh', '-c', 'echo "a  b"; exit 3')
    const { text } = await source.until('exec_die', factsOf('exec_die', 'busy'))
    const { exec } = bodyOf(text)
    assert.deepEqual(exec?.['argv'], ['sh', '-c', 'echo "a  b"; exit 3'])
    assert.equal(exec?.['command'], 'echo a  b')
    assert.equal(exec?.['user'], 'app')
    assert.equal(exec?.['exit_code'], 3)
    assert.equal(exec?.['healthcheck'], false)
    assert.ok(Number(exec?.['duration_ms']) >= 0)
  })

  it('tells probes of a health check from people who run the same', async () => {
    const probe = ['--health-cmd', 'test -f /etc/passwd', '--health-interval', '1s']
    await engine.docker('run', '-d', '--name', 'probed', '--network', 'none', ...probe, image)
    const ofProbed = (healthcheck: boolean) => (text: string) =>
      factsOf('exec_start: /bin/sh -c test -f /etc/passwd', 'probed')(text) &&
      bodyOf(text).exec?.['healthcheck'] === healthcheck
    await source.until('a probe', ofProbed(true))
    await engine.docker('exec', '-u', 'app', 'probed', '/bin/sh', '-c', 'test -f /etc/passwd')
    await source.until('a person', ofProbed(false))
    await engine.docker('rm', '-f', 'probed')
  })

  it('takes up again after the engine was restarted: nothing twice, and what died meanwhile is told', async () => {
    const before = source.events.length
    await engine.stop()
    await source.until('lost', (text) => text.includes('"Disconnected from the Docker service"'))
    await engine.start()
    await source.until('gap', (text) => text.includes('"docker-gap"'))
    await engine.docker('create', '--name', 'afterwards', image)
    await source.until('create', says('create', 'afterwards'))
    const gap = source.texts().find((text) => text.includes('"docker-gap"')) ?? ''
    assert.match(gap, /"reason": "engine-restarted"/)
    const died = source.texts().slice(before).map(bodyOf)
    assert.equal(
      died.filter(({ Action, Actor }) => Action === 'die' && Actor?.Attributes['name'] === 'busy').length,
      1,
    )
    const ids = source.events.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  it('resumes from its cursor after we were away', async () => {
    await source.stop()
    await engine.docker('create', '--name', 'missed-us', image)
    await engine.docker('tag', image, 'shop/web:away')
    const resumed = listen(engine.host, source.cursor)
    source = resumed
    await resumed.until('create', says('create', 'missed-us'))
    await resumed.until('tag', says('tag', 'shop/web:away'))
    assert.ok(!resumed.texts().some((text) => text.includes('"docker-gap"')))
  })

  it('declares a gap and tells the changes when more happened than the engine remembers', async () => {
    await source.stop()
    await engine.docker('create', '--name', 'lost-to-us', image)
    await engine.docker('rm', 'afterwards')
    for (let round = 0; round < 3; round += 1) {
      const names = Array.from({ length: 50 }, (_, at) => `v${round}-${at}`)
      await Promise.all(names.map((name) => engine.docker('volume', 'create', name)))
      await engine.docker('volume', 'rm', ...names)
    }
    const resumed = listen(engine.host, source.cursor)
    source = resumed
    const gap = await resumed.until('gap', (text) => text.includes('"docker-gap"'))
    assert.match(gap.text, /"reason": "ring-wrapped"/)
    assert.equal(gap.location, 'quaywatch')
    const { text } = await resumed.until('create', says('create', 'lost-to-us'))
    assert.equal(bodyOf(text).reconciled, true)
    const removed = await resumed.until('destroy', says('destroy', 'afterwards'))
    assert.equal(bodyOf(removed.text).reconciled, true)
  })
})
