// What exists on a real engine, as the API tells it: followed through events, kept over a restart, compared at the start.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DockerSource } from '../../src/sources/docker/docker-source.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { CollectedSource } from '../support/collected-source.ts'
import { dockerSource } from '../support/docker-source.ts'
import { startDashboard, type Dashboard } from '../support/dashboard.ts'
import { engineMissing, image, startEngine, type Engine } from '../support/dockerd.ts'
import { eventually, quaywatch } from '../support/manager-process.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: the inventory of a Docker engine: ${missing}`)
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-inventory-'))

type Item = Readonly<Record<string, unknown>>

describe('inventory of a Docker engine', { skip: missing !== undefined, timeout: 900_000 }, () => {
  let engine: Engine
  let source: DockerSource
  let collected: CollectedSource
  let dashboard: Dashboard
  let admin: Readonly<Record<string, string>>

  async function listen(): Promise<void> {
    source = dockerSource([engine.host], home)
    collected = new CollectedSource(source, collected?.cursor)
    await collected.until('connected', (text) => text.includes('"Connected to Docker service"'))
  }

  async function items(kind: string, query = ''): Promise<readonly Item[]> {
    const { status, json } = await dashboard.ask(`/api/v1/docker/${kind}${query}`, { headers: admin })
    assert.equal(status, 200)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape is what the tests assert
    return (json as Readonly<Record<string, readonly Item[]>>)[kind] ?? []
  }

  const found = (kind: string, key: string, value: string, wanted: (item: Item) => boolean = () => true) =>
    eventually(`${kind} with ${key} ${value}`, async () =>
      (await items(kind)).find((item) => item[key] === value && wanted(item)),
    )

  before(async () => {
    engine = await startEngine()
    await engine.docker('network', 'create', '--driver', 'null', 'unused').catch(() => undefined)
    await engine.docker('volume', 'create', 'orders')
    const risky = ['--pid', 'host', '-v', 'orders:/data', '--label', 'com.docker.compose.project=shop']
    await engine.docker('create', '--name', 'before', '--network', 'none', ...risky, image)
    await listen()
    dashboard = await startDashboard(new MemoryStore(), { inventory: () => source.inventory() })
    admin = await dashboard.signIn()
  })
  after(async () => {
    await dashboard.close()
    await collected.stop()
    await engine.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('has what was there before anybody looked, with its risks', async () => {
    const container = await found('containers', 'name', 'before', ({ inspected }) => inspected === true)
    assert.equal(container['state'], 'created')
    assert.equal(container['project'], 'shop')
    assert.deepEqual(container['risks'], ['host-pid'])
    assert.deepEqual(container['mounts'], ['orders:/data:rw'])
    assert.deepEqual(container['networks'], [{ name: 'none', address: '' }])
    assert.equal(container['tag'], '1.4')
    assert.equal(container['engine'], engine.host)
  })

  it('tells versions of images and who uses them', async () => {
    const shop = await eventually('the image', async () =>
      (await items('images')).find(({ names }) => Array.isArray(names) && names.includes(image)),
    )
    assert.equal(shop['wasThere'], true)
    assert.equal(shop['latest'], false)
    assert.deepEqual(shop['containers'], ['before'])
    assert.ok(Number(shop['sizeBytes']) > 100_000)
    await engine.docker('tag', image, 'registry.example:5000/shop/api:latest')
    await eventually('the new name', async () =>
      (await items('images', '?q=shop/api')).find(({ latest }) => latest === true),
    )
  })

  it('tells volumes with their users and networks with who is attached', async () => {
    const orders = await found('volumes', 'name', 'orders')
    assert.deepEqual(orders['containers'], ['before'])
    assert.equal(orders['anonymous'], false)
    const none = await found('networks', 'name', 'none')
    assert.deepEqual(none['containers'], [{ name: 'before', address: '' }])
    assert.equal(none['driver'], 'null')
  })

  it('follows containers from their start to their removal', async () => {
    const began = Date.now()
    await engine.docker('run', '-d', '--name', 'life', '--network', 'none', image)
    const running = await found('containers', 'name', 'life', ({ state }) => state === 'running')
    assert.ok(Number(running['startedAtMs']) >= began)
    await engine.docker('exec', 'life', 'ls', '/')
    await found('containers', 'name', 'life', ({ lastAction }) => String(lastAction).startsWith('exec_'))
    assert.deepEqual(
      (await items('containers', '?state=running')).map(({ name }) => name),
      ['life'],
    )
    await engine.docker('kill', 'life')
    const ended = await found('containers', 'name', 'life', ({ state }) => state === 'exited')
    assert.equal(ended['exitCode'], 137)
    await engine.docker('rm', 'life')
    await eventually('the removal', async () =>
      (await items('containers', '?q=life')).length === 0 ? true : undefined,
    )
  })

  it('is kept over a restart, and what changed meanwhile is found at the start', async () => {
    const [container] = await items('containers', '?q=before')
    await collected.stop()
    const { stdout } = await quaywatch(['docker', 'inventory', '--home', home, '--format', 'ndjson'])
    assert.match(stdout, /"kind":"container",.*"name":"before"/)
    await engine.docker('create', '--name', 'meanwhile', '--network', 'none', '--privileged', image)
    await engine.docker('volume', 'create', 'later')
    await listen()
    const meanwhile = await found('containers', 'name', 'meanwhile', ({ inspected }) => inspected === true)
    assert.deepEqual(meanwhile['risks'], ['privileged'])
    await found('volumes', 'name', 'later')
    const again = await found('containers', 'name', 'before', ({ inspected }) => inspected === true)
    assert.equal(again['createdAtMs'], container?.['createdAtMs'])
    const [shop] = await items('images', `?q=${image}`)
    assert.equal(shop?.['wasThere'], true)
  })

  it('says of each engine how much is on it, and whether it answers', async () => {
    const counts = async () => (await items('engines'))[0]
    const now = await counts()
    assert.equal(now?.['containers'], 2)
    assert.equal(now?.['running'], 0)
    assert.equal(now?.['connected'], true)
    assert.match(String(now?.['version']), /^\d+\./)
    await engine.stop()
    await eventually('the outage', async () => ((await counts())?.['connected'] === false ? true : undefined))
    assert.equal((await items('containers')).length, 2)
    await engine.start()
    await eventually('the return', async () => ((await counts())?.['connected'] === true ? true : undefined))
  })
})
