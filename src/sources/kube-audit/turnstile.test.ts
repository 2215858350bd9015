import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Turnstile } from './turnstile.ts'

/** Enters with each size and notes who is inside; the numbers leave again. */
class Visit {
  readonly entered: number[] = []
  readonly #turnstile = new Turnstile(10)

  enter(...sizes: readonly number[]): void {
    for (const size of sizes) {
      const waiting = this.#turnstile.enter(size)
      if (waiting === undefined) this.entered.push(size)
      else void waiting.then(() => this.entered.push(size))
    }
  }

  async leave(size: number): Promise<readonly number[]> {
    this.#turnstile.leave(size)
    await Promise.resolve()
    return this.entered
  }
}

describe('Turnstile', () => {
  it('lets in what fits, the rest in the order of arrival when somebody leaves', async () => {
    const visit = new Visit()
    visit.enter(4, 6, 5, 1)
    assert.deepEqual(visit.entered, [4, 6])
    assert.deepEqual(await visit.leave(4), [4, 6])
    assert.deepEqual(await visit.leave(6), [4, 6, 5, 1])
  })

  it('lets in alone what is larger than all of the room', async () => {
    const visit = new Visit()
    visit.enter(1, 50, 2)
    assert.deepEqual(visit.entered, [1])
    assert.deepEqual(await visit.leave(1), [1, 50])
    assert.deepEqual(await visit.leave(50), [1, 50, 2])
  })
})
