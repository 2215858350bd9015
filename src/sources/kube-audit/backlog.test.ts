import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Backlog } from './backlog.ts'

describe('Backlog', () => {
  it('nobody waits for what is usual, however slow it is', () => {
    let nowMs = 0
    const backlog = new Backlog(1_000, () => nowMs)
    const one = backlog.begin(400)
    nowMs = 60_000
    backlog.end(one)
    backlog.begin(1_000)
    assert.equal(backlog.waitMs, 0)
  })

  it('before anything is known, 3 MB are thought to take a second', () => {
    const backlog = new Backlog(1_000, () => 0)
    backlog.begin(6_000_000)
    assert.equal(backlog.waitMs, 2_000)
  })

  it('learns how long bodies take and forgets what was before', () => {
    let nowMs = 0
    const backlog = new Backlog(0, () => nowMs)
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
    const backlog = new Backlog(0, () => nowMs)
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
})
