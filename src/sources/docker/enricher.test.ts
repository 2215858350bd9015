import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { EngineApi } from './engine-api.ts'
import { parseEngineEvent } from './engine-event.ts'
import { Enricher, type Enrichment } from './enricher.ts'

const id = 'ab'.repeat(32)

/** Answers when it is told to. */
class SlowEngine implements EngineApi {
  readonly address = 'test'
  readonly #waiting = new Map<string, (answer: unknown) => void>()

  get(path: string): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.set(path, resolve))
  }

  events(): Promise<never> {
    return Promise.reject(new Error('not asked for'))
  }

  get asked(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  answer(path: string, answer: unknown): void {
    this.#waiting.get(path)?.(answer)
  }
}

function execEvent(action: string, timeNano: number): Enrichment | Promise<Enrichment> | undefined {
  const attributes = { execID: 'e1', ...(action === 'exec_die' ? { exitCode: '0' } : {}) }
  const event = parseEngineEvent(
    JSON.stringify({
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      timeNano,
    }),
  )
  assert.ok(event)
  return enricher.enrich(event)
}

let engine = new SlowEngine()
let enricher = new Enricher(engine, new AbortController().signal)

describe('Enricher', () => {
  it('knows a probe by its end, although it ended before the engine said what it was', async () => {
    engine = new SlowEngine()
    enricher = new Enricher(engine, new AbortController().signal)
    const all = ['exec_create: check --fast', 'exec_start: check --fast', 'exec_die'].map((action, at) =>
      execEvent(action, 1_000_000_000 + at * 1_000_000),
    )
    await Promise.resolve()
    assert.deepEqual(engine.asked, [`/containers/${id}/json`, '/exec/e1/json'])
    engine.answer('/exec/e1/json', { ProcessConfig: { entrypoint: 'check', arguments: ['--fast'] } })
    engine.answer(`/containers/${id}/json`, { Config: { Healthcheck: { Test: ['CMD', 'check', '--fast'] } } })
    const found = await Promise.all(all.map((one) => Promise.resolve(one)))
    assert.deepEqual(
      found.map((enrichment) => enrichment?.healthcheck),
      [true, true, true],
    )
    assert.equal(found[2]?.exec?.['program'], 'check')
    assert.equal(found[2]?.exec?.['duration_ms'], 1)
    assert.equal(found[2]?.exec?.['exit_code'], 0)
  })
})
