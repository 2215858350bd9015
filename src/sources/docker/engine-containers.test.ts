import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EngineContainers } from './engine-containers.ts'

const change = (action: string, actorId: string, ms: number) => ({
  action,
  actorId,
  attributes: { name: actorId, image: 'shop/web:1.4' },
  timeNano: BigInt(ms) * 1_000_000n,
})

describe('EngineContainers', () => {
  it('keeps what is stored for the cursor until a list is saved that has it', () => {
    const containers = new EngineContainers(10)
    const first = change('create', 'a', 1)
    containers.store(first)
    const saving = containers.stored.version
    const second = change('start', 'a', 2)
    containers.store(second)
    assert.deepEqual(containers.unsaved(), [first, second])
    containers.saved(saving)
    assert.deepEqual(containers.unsaved(), [second])
    containers.store(first)
    assert.deepEqual(containers.unsaved(), [second], 'nothing new')
    containers.saved(containers.stored.version)
    assert.deepEqual(containers.unsaved(), [])
  })

  it('keeps not more than 2,048, the newest', () => {
    const containers = new EngineContainers(3000)
    for (let at = 0; at < 2100; at += 1) containers.store(change('create', `c${at}`, at + 1))
    assert.equal(containers.unsaved().length, 2048)
    assert.equal(containers.unsaved()[0]?.actorId, 'c52')
  })

  it('a change that is stored again with its facts takes no second place', () => {
    const containers = new EngineContainers(3000)
    for (let at = 0; at < 2000; at += 1)
      for (const _ of ['late', 'follow-up']) containers.store(change('create', `c${at}`, at + 1))
    assert.equal(containers.unsaved().length, 2000)
    assert.equal(containers.unsaved()[0]?.actorId, 'c0')
  })

  it('a container that was removed does not come back by what is found about it', () => {
    const containers = new EngineContainers(10)
    for (const one of [change('create', 'a', 1), change('destroy', 'a', 9), change('start', 'a', 5)])
      containers.received.apply(one)
    assert.deepEqual(containers.received.ids(), [])
  })

  it('knows the event of what was found before it', () => {
    const containers = new EngineContainers(10)
    containers.found(change('create', 'a', 1))
    assert.equal(containers.wasFound(change('create', 'a', 2)), true)
    assert.equal(containers.wasFound(change('start', 'a', 2)), false)
    containers.found(change('start', 'b', 1))
    assert.equal(containers.wasFound(change('start', 'b', 2)), false, 'a container may be started often')
  })
})
