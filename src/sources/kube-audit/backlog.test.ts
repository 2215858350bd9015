import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Backlog } from './backlog.ts'

describe('Backlog', () => {
  it('nobody waits for what is usual, however slow it is', () => {
    let nowMs = 0
    const backlog = new Backlog({ usualBytes: 1_000, atOnceBytes: 2_000 }, () => nowMs)
    const one = backlog.begin(400)
    nowMs = 60_000
    backlog.end(one)
    backlog.begin(1_000)
    assert.equal(backlog.waitMs, 0)
  })

  it('before anything is known, 3 MB are thought to take a second', () => {
    const backlog = new Backlog({ usualBytes: 1_000, atOnceBytes: 2_000 }, () => 0)
    backlog.begin(6_000_000)
    assert.equal(backlog.waitMs, 2_000)
  })

  it('learns how long bodies take and forgets what was before', () => {
    let nowMs = 0
    const backlog = new Backlog({ usualBytes: 0, atOnceBytes: 2_000_000 }, () => nowMs)
    const take = (ms: number) => {
      const passage = backlog.begin(100_000)
      nowMs += ms
      backlog.end(passage)
    }
    const wait = () => {
      const passage = backlog.begin(100_000)
      const { waitMs } = backlog
      backlog.end(passage)
      return Math.round(waitMs / 10) * 10
    }
    for (let n = 0; n < 100; n++) take(1_000)
    nowMs += 1
    assert.equal(wait(), 1_000)
    for (let n = 0; n < 100; n++) take(100)
    assert.equal(wait(), 100)
  })

  it('bodies that are on their way together wait for those before them only', () => {
    let nowMs = 0
    const backlog = new Backlog({ usualBytes: 0, atOnceBytes: 2_000_000 }, () => nowMs)
    for (let round = 0; round < 40; round++) {
      const passages = Array.from({ length: 4 }, () => backlog.begin(1_000))
      for (const passage of passages) {
        nowMs += 10
        backlog.end(passage)
      }
    }
    backlog.begin(5_000)
    assert.equal(Math.round(backlog.waitMs), 50)
  })

  it('while everything stands still, who stands in line waits at least as long as the oldest has', () => {
    let nowMs = 5_000
    const backlog = new Backlog({ usualBytes: 1_000, atOnceBytes: 2_000 }, () => nowMs)
    assert.equal(backlog.oldestMs, 0)
    const first = backlog.begin(900)
    nowMs += 2_000
    assert.deepEqual([backlog.oldestMs, backlog.waitMs], [2_000, 0])
    const second = backlog.begin(900)
    assert.deepEqual([backlog.oldestMs, backlog.waitMs], [2_000, 0.6])
    nowMs += 500
    const third = backlog.begin(900)
    assert.deepEqual([backlog.oldestMs, backlog.waitMs], [2_500, 2_500])
    backlog.end(first)
    assert.deepEqual([backlog.oldestMs, backlog.waitMs], [500, 0.6])
    backlog.end(second)
    backlog.end(third)
    assert.deepEqual([backlog.oldestMs, backlog.waitMs], [0, 0])
  })
})
