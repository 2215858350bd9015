import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { OwnEvent } from './sources/self/self.ts'
import { StoreWatch } from './store-watch.ts'

describe('StoreWatch', () => {
  it('tells what happened before anybody listened, then what happens', () => {
    let nowMs = Date.UTC(2026, 10, 22)
    const watch = new StoreWatch(() => nowMs)
    const told: OwnEvent[] = []
    watch.damaged({ file: '/data/a', movedTo: '/data/damaged/a', reason: 'torn', lost: '3 events' })
    watch.tellsTo((event) => told.push(event))
    watch.trouble({ kind: 'store', reason: 'EROFS' })
    nowMs += 61_000
    watch.trouble({ kind: 'store' })
    watch.clockJumped(-7_200_000)
    assert.deepEqual(told, [
      { kind: 'store-damaged', file: '/data/a', folder: '/data/damaged/a', reason: 'torn', lost: '3 events' },
      { kind: 'store-trouble', trouble: 'events cannot be stored', reason: 'EROFS' },
      { kind: 'store-recovered', trouble: 'events cannot be stored', seconds: 61 },
      { kind: 'clock-changed', seconds: -7200 },
    ])
  })

  it('shows on the health page what is wrong as long as it is', () => {
    const watch = new StoreWatch(() => Date.UTC(2026, 10, 22))
    const shown = () => {
      const { state, detail } = watch.check()
      return `${state}: ${detail}`
    }
    assert.equal(shown(), 'ok: events are stored and searchable')
    watch.trouble({ kind: 'search', reason: 'EACCES' })
    assert.equal(shown(), 'error: events cannot be made searchable since 2026-11-22T00:00:00Z: EACCES')
    watch.trouble({ kind: 'search' })
    watch.damaged({ file: 'a', movedTo: 'b', reason: 'torn', lost: 'nothing' })
    assert.equal(shown(), 'warning: 1 damaged files since the start; rule 409002 says what was lost')
  })
})
