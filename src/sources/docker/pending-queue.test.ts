import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PendingQueue, type Pending } from './pending-queue.ts'

describe('PendingQueue', () => {
  const { signal } = new AbortController()

  it('reads what has arrived before it lets an item go without', async () => {
    const queue = new PendingQueue<Pending>()
    const item = { ready: false, goesAtMs: 0 }
    queue.push(item)
    // As an answer that lies in the socket: it is read in the next turn.
    setImmediate(() => (item.ready = true))
    assert.deepEqual(await queue.take(10, signal), [{ ready: true, goesAtMs: 0 }])
  })

  it('lets an item go without when nothing came, and those behind it that wait longer not', async () => {
    const queue = new PendingQueue<Pending & { readonly name: string }>()
    queue.push({ name: 'late', ready: false, goesAtMs: 0 })
    queue.push({ name: 'ready', ready: true, goesAtMs: Infinity })
    queue.push({ name: 'waits', ready: false, goesAtMs: Infinity })
    const taken = await queue.take(10, signal)
    assert.deepEqual(
      taken.map(({ name, ready }) => [name, ready]),
      [
        ['late', false],
        ['ready', true],
      ],
    )
    assert.deepEqual(
      queue.drain().map(({ name }) => name),
      ['waits'],
    )
  })
})
