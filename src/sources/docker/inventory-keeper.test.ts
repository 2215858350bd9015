import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EngineApi } from './engine-api.ts'
import { parseEngineEvent } from './engine-event.ts'
import { InventoryKeeper } from './inventory-keeper.ts'
import { Inventory } from './inventory.ts'

it('InventoryKeeper lists again within five minutes, although the clock was set an hour ahead meanwhile', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const stop = new AbortController()
  let nowMs = 1_000
  let lists = 0
  const event = parseEngineEvent('{"Type":"container","Action":"die","Actor":{"ID":"ab"},"timeNano":1}')
  assert.ok(event)
  const api: EngineApi = {
    address: 'test',
    get: (path) => {
      if (path === '/containers/json') lists += 1
      nowMs = 3_600_000
      return Promise.resolve(path === '/volumes' ? {} : [])
    },
    events: () => Promise.reject(new Error('not asked for')),
  }
  const inventory = new Inventory('test')
  const keeper = new InventoryKeeper({ api, inventory, now: () => nowMs, failed: () => undefined })
  const kept = keeper.run(stop.signal)
  keeper.note(event)
  for (const expected of [1, 2]) {
    await nextTurn()
    assert.equal(lists, expected)
    test.mock.timers.tick(300_000)
  }
  stop.abort()
  await kept
})
