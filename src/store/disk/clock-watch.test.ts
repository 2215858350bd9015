import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { ClockWatch } from './clock-watch.ts'

const hour = 3_600_000
const noon = Date.UTC(2026, 10, 22, 12)

function started(newestMs: number | undefined) {
  let wall = noon
  let monotonic = 5
  const jumps: number[] = []
  const watch = new ClockWatch({ wall: () => wall, monotonic: () => monotonic }, newestMs, (byMs) =>
    jumps.push(byMs),
  )
  const pass = (ms: number, jumpMs = 0) => {
    wall += ms + jumpMs
    monotonic += ms
    watch.check()
  }
  return { watch, jumps, pass, wall: () => wall }
}

describe('ClockWatch', () => {
  it('trusts a clock that goes on as time does, small corrections included', () => {
    const { watch, jumps, pass, wall } = started(noon - hour)
    pass(10 * hour)
    pass(hour, 50 * 60_000)
    pass(hour, -50 * 60_000)
    assert.equal(watch.trusted(), wall())
    assert.deepEqual(jumps, [])
  })

  it('distrusts a clock that was set forward for a day', () => {
    const { watch, jumps, pass, wall } = started(noon)
    pass(60_000, 400 * 24 * hour)
    assert.equal(watch.trusted(), undefined)
    pass(23 * hour)
    assert.equal(watch.trusted(), undefined)
    pass(hour)
    assert.equal(watch.trusted(), wall())
    assert.deepEqual(jumps, [400 * 24 * hour])
  })

  it('trusts it again as soon as it is set back', () => {
    const { watch, jumps, pass, wall } = started(undefined)
    pass(60_000, 48 * hour)
    pass(60_000, -48 * hour)
    assert.equal(watch.trusted(), wall())
    assert.deepEqual(jumps, [48 * hour, -48 * hour])
  })

  it('waits an hour when nothing was stored for long before the start', () => {
    const { watch, pass, wall } = started(noon - 25 * hour)
    assert.equal(watch.trusted(), undefined)
    pass(hour)
    assert.equal(watch.trusted(), wall())
  })
})
