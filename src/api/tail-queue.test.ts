import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TailQueue } from './tail-queue.ts'

const hits = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    position: from + index,
    eventId: '',
    source: '',
    receivedAtMs: 0,
    document: '{}',
  }))
const positions = (list: readonly { readonly position: number }[]) => list.map(({ position }) => position)

describe('TailQueue', () => {
  it('gives in order of arrival, at most what is asked', () => {
    const queue = new TailQueue(10)
    queue.push(hits(1, 3))
    assert.deepEqual(positions(queue.take(2).hits), [1, 2])
    assert.deepEqual(positions(queue.take(2).hits), [3])
  })

  it('drops the oldest when full, and says how many once', () => {
    const queue = new TailQueue(3)
    queue.push(hits(1, 5))
    queue.push(hits(6, 6))
    const { hits: left, dropped } = queue.take(10)
    assert.deepEqual({ left: positions(left), dropped }, { left: [4, 5, 6], dropped: 3 })
    assert.equal(queue.take(10).dropped, 0)
  })
})
