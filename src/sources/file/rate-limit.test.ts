import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { RateLimit } from './rate-limit.ts'

const passed = (limit: RateLimit, times: readonly number[]): number =>
  times.filter((atMs) => limit.allows(atMs, 0)).length
const burst = (count: number, atMs: number): readonly number[] => Array.from({ length: count }, () => atMs)

describe('RateLimit', () => {
  it('lets ten seconds of its rate through at once, then the rate', () => {
    const limit = new RateLimit(10)
    assert.equal(passed(limit, burst(200, 1e12)), 100)
    assert.equal(passed(limit, burst(200, 1e12 + 1_000)), 10)
    assert.equal(passed(limit, burst(200, 1e12 + 100_000)), 100)
  })

  it('measures when lines were written, not when they are read', () => {
    const slow = Array.from({ length: 1_000 }, (_, index) => 1e12 + index * 100)
    assert.equal(passed(new RateLimit(10), slow), 1_000)
  })

  it('goes on when the clock was set back or a time is unreadable', () => {
    const limit = new RateLimit(10)
    assert.equal(passed(limit, burst(100, 1e12)), 100)
    assert.equal(passed(limit, [NaN]), 0)
    assert.equal(passed(limit, burst(1, 1e12 - 3_600_000)), 1)
  })

  it('tells what it held back after ten seconds, once', () => {
    const limit = new RateLimit(1)
    for (const atMs of burst(15, 1e12)) limit.allows(atMs, 50_000)
    assert.equal(limit.takeSuppressed(59_999), 0)
    assert.equal(limit.takeSuppressed(60_000), 5)
    assert.equal(limit.takeSuppressed(99_000), 0)
  })
})
