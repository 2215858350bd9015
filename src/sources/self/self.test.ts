import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { selfSource, type SelfSource } from './self.ts'

const first = (source: SelfSource, signal: AbortSignal) =>
  source.read(undefined, signal)[Symbol.asyncIterator]().next()

describe('selfSource()', () => {
  it('hands over what was recorded as JSON at location quaywatch and resolves when it is durable', async () => {
    const stop = new AbortController()
    const source = selfSource(() => 1_790_000_000_000)
    const stored = source.record({ kind: 'started', version: '1.2.3' })
    const { value: batch } = await first(source, stop.signal)
    assert.ok(batch)
    assert.deepEqual(
      batch.events.map(
        ({ text, location, receivedAtMs }: { text: string; location: string; receivedAtMs: number }) => [
          text,
          location,
          receivedAtMs,
        ],
      ),
      [
        [
          '{"integration":"quaywatch","quaywatch":{"kind":"started","version":"1.2.3"}}',
          'quaywatch',
          1_790_000_000_000,
        ],
      ],
    )
    batch.settle()
    await stored
  })

  it('rejects when the event could not be stored', async () => {
    const source = selfSource(() => 0)
    const stored = source.record({ kind: 'started' })
    const { value: batch } = await first(source, new AbortController().signal)
    batch?.settle(new Error('stopping'))
    await assert.rejects(stored, /stopping/)
  })

  it('ends when the signal aborts and rejects what still waits', async () => {
    const stop = new AbortController()
    const source = selfSource(() => 0)
    const reading = first(source, stop.signal)
    stop.abort()
    assert.equal((await reading).done, true)
  })
})
