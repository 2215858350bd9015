import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { completeFacts } from './complete-facts.ts'
import { containerFacts } from './container-facts.ts'
import { parseEngineEvent } from './engine-event.ts'
import { Inventory } from './inventory.ts'

const id = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const digest = `sha256:${'12'.repeat(32)}`
const dayMs = 86_400_000

function event(action: string, ms: number, attributes: object = {}, [type, actor] = ['container', id]) {
  const Attributes = { name: 'web', image: 'shop/web:1.4', ...attributes }
  const line = JSON.stringify({ Type: type, Action: action, Actor: { ID: actor, Attributes } })
  const parsed = parseEngineEvent(line.replace(/\}$/, `,"timeNano":${ms}000000}`))
  assert.ok(parsed)
  return parsed
}

function inspected(more: object = {}, labels: object = {}): object {
  const Config = { Image: 'shop/web:1.4', Labels: labels }
  return { Id: id, Name: '/web', Image: digest, Config, State: { Status: 'running' }, ...more }
}

function watched(): Inventory {
  const inventory = new Inventory('default')
  inventory.sightings.isBaseline = false
  return inventory
}

describe('Inventory', () => {
  const states = [
    { actions: ['create'], state: 'created' },
    { actions: ['create', 'start'], state: 'running' },
    { actions: ['create', 'start', 'pause'], state: 'paused' },
    { actions: ['create', 'start', 'pause', 'unpause'], state: 'running' },
    { actions: ['create', 'start', 'die'], state: 'exited' },
    { actions: ['create', 'start', 'exec_start: ls'], state: 'running' },
    { actions: ['create', 'start', 'destroy'], state: undefined },
    { actions: ['start'], state: undefined },
  ]
  for (const { actions, state } of states)
    it(`after ${actions.join(', ')} a container is ${state ?? 'unknown'}`, () => {
      const inventory = watched()
      actions.forEach((action, at) => inventory.apply(event(action, 1000 + at)))
      const [container] = inventory.snapshot().containers
      assert.equal(container?.state, state)
      if (container) assert.equal(container.lastActivityAtMs, 999 + actions.length)
    })

  it('an answer that is older than what events told changes nothing of that', () => {
    const inventory = watched()
    inventory.apply(event('create', 1))
    const asked = inventory.moment
    inventory.apply(event('start', 2))
    const old = { Id: id, Names: ['/web'], State: 'created' }
    inventory.learn(id, containerFacts(inspected({ State: { Status: 'created' } })), 3, asked)
    inventory.setContainers([old], asked)
    const [container] = inventory.snapshot().containers
    assert.deepEqual([container?.state, container?.startedAtMs, container?.inspected], ['running', 2, true])
    inventory.setContainers([], asked)
    assert.equal(inventory.snapshot().containers.length, 1, 'started after that list')
    inventory.apply(event('destroy', 3))
    inventory.setContainers([old], asked)
    inventory.learn(id, containerFacts(inspected()), 3, asked)
    assert.deepEqual(inventory.snapshot().containers, [], 'removed after those answers')
    inventory.setContainers([{ ...old, State: 'exited' }], inventory.moment)
    assert.equal(inventory.snapshot().containers[0]?.state, 'exited')
  })

  it('what is found in a gap does not undo what came behind it', () => {
    const inventory = watched()
    for (const [action, ms] of [
      ['create', 1],
      ['die', 9],
      ['start', 5],
    ] as const)
      inventory.apply(event(action, ms))
    assert.equal(inventory.snapshot().containers[0]?.state, 'exited')
  })

  it('keeps exit codes and forgets them with the next start', () => {
    const inventory = watched()
    for (const action of ['create', 'start']) inventory.apply(event(action, 1))
    inventory.apply(event('die', 2, { exitCode: '137' }))
    assert.equal(inventory.snapshot().containers[0]?.exitCode, 137)
    inventory.apply(event('start', 3))
    assert.equal(inventory.snapshot().containers[0]?.exitCode, undefined)
  })

  it('a list removes what is gone and adds what no event told', () => {
    const inventory = watched()
    inventory.apply(event('create', 1))
    const Networks = { back: { IPAddress: '10.0.0.2' } }
    const listed = {
      Id: other,
      Names: ['/db'],
      Image: 'db:1',
      State: 'running',
      NetworkSettings: { Networks },
    }
    inventory.setContainers([listed])
    inventory.setNetworks([{ Id: 'n1', Name: 'back', Driver: 'bridge' }])
    const { containers, networks } = inventory.snapshot()
    assert.deepEqual(
      containers.map(({ name, state }) => `${name} ${state}`),
      ['db running'],
    )
    assert.deepEqual(networks[0]?.containers, [{ name: 'db', address: '10.0.0.2' }])
  })

  it('a list does not make times less exact', () => {
    const inventory = watched()
    inventory.apply(event('create', 1234))
    inventory.setContainers([{ Id: id, Names: ['/web'], Created: 1 }])
    assert.equal(inventory.snapshot().containers[0]?.createdAtMs, 1234)
  })

  it('joins images with their containers and their last event', () => {
    const inventory = watched()
    inventory.setImages([{ Id: digest, RepoTags: ['shop/web:latest'], Size: 5, Created: 10 }], 50)
    inventory.learn(id, containerFacts(inspected()), 60)
    inventory.apply(event('pull', 70, {}, ['image', 'shop/web:latest']))
    const [image] = inventory.snapshot().images
    assert.deepEqual(image?.containers, ['web'])
    assert.equal(image?.running, 1)
    assert.equal(image?.latest, true)
    assert.equal(image?.lastAction, 'pull')
    assert.equal(image?.firstSeenAtMs, 50)
  })
})

describe('completeFacts()', () => {
  const complete = (inventory: Inventory, answer: object, atMs: number) =>
    completeFacts(inventory, id, containerFacts(answer), { atMs }).fields

  it('an image and a registry are new for a day', () => {
    const inventory = watched()
    assert.equal(complete(inventory, inspected(), 1000)['image_new'], true)
    assert.equal(complete(inventory, inspected(), 1000)['registry_new'], true)
    assert.equal(complete(inventory, inspected(), 1000)['image_first_seen'], '1970-01-01T00:00:01.000Z')
    assert.equal(complete(inventory, inspected(), 1000 + dayMs)['image_new'], false)
  })

  it('and new again after thirty days without them', () => {
    const inventory = watched()
    complete(inventory, inspected(), 1000)
    assert.equal(complete(inventory, inspected(), 2000 + 31 * dayMs)['registry_new'], true)
    assert.equal(complete(inventory, inspected(), 3000 + 33 * dayMs)['registry_new'], false)
  })

  it('what was there when watching began is not new', () => {
    const inventory = new Inventory('default')
    assert.equal(complete(inventory, inspected(), 1000)['image_new'], false)
    inventory.sightings.isBaseline = false
    assert.equal(complete(inventory, inspected(), 2000)['registry_new'], false)
  })

  const project = (name: string) => ({ 'com.docker.compose.project': name })
  const joins = [
    { mine: project('shop'), theirs: project('shop'), same: true },
    { mine: project('shop'), theirs: project('bank'), same: false },
    { mine: {}, theirs: {}, same: false },
  ]
  for (const { mine, theirs, same } of joins)
    it(`joining a container of ${JSON.stringify(theirs)} from ${JSON.stringify(mine)} stays ${same ? 'inside' : 'outside'}`, () => {
      const inventory = watched()
      inventory.learn(other, containerFacts({ ...inspected({}, theirs), Id: other, Name: '/db' }), 1)
      const HostConfig = { PidMode: `container:${other}` }
      const fields = complete(inventory, inspected({ HostConfig }, mine), 2)
      assert.equal(fields['joined'], 'db')
      assert.equal(fields['joined_same_project'], same)
    })
})
