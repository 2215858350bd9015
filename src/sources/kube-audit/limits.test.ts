import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { ClusterHealth, type HealthEvent } from './cluster-health.ts'
import { RateLimit } from './rate-limit.ts'
import { addToken, readTokens, TokenList } from './token-file.ts'

describe('RateLimit', () => {
  it('lets a burst through, then what the rate earns', () => {
    const limit = new RateLimit(2, 3, 10)
    assert.deepEqual(
      [1, 2, 3, 4].map(() => limit.take('a', 0)),
      [true, true, true, false],
    )
    assert.deepEqual(
      [500, 500, 1_000].map((at) => limit.take('a', at)),
      [true, false, true],
    )
  })
  it('one client does not use up what another has', () => {
    const limit = new RateLimit(1, 1, 10)
    assert.deepEqual([limit.take('a', 0), limit.take('a', 0), limit.take('b', 0)], [true, false, true])
  })
  it('a clock that jumps back gives nothing away', () => {
    const limit = new RateLimit(1, 1, 10)
    assert.deepEqual([limit.take('a', 10_000), limit.take('a', 0)], [true, false])
  })
})

const stored = { events: 1, lagMs: 100, deadLetters: 0, truncated: 0 }

describe('ClusterHealth', () => {
  const watch = () => {
    const told: HealthEvent[] = []
    const clock = { ms: 1_000_000 }
    const health = new ClusterHealth(
      (event) => told.push(event),
      () => clock.ms,
    )
    return { told, clock, health }
  }

  it('a cluster that falls silent is told once, and again when it is back', () => {
    const { told, clock, health } = watch()
    health.stored('prod', stored)
    clock.ms += 301_000
    health.tick()
    health.tick()
    clock.ms += 10_000
    health.stored('prod', stored)
    assert.deepEqual(told, [
      { kind: 'kube-cluster-silent', cluster: 'prod', silent_seconds: 301 },
      { kind: 'kube-cluster-back', cluster: 'prod', silent_seconds: 311 },
    ])
  })
  it('more than 30 seconds of delay are told once, and their end', () => {
    const { told, health } = watch()
    for (const lagMs of [1_000, 31_000, 45_000, 2_000, undefined]) health.stored('prod', { ...stored, lagMs })
    assert.deepEqual(told, [
      { kind: 'kube-lag', cluster: 'prod', lag_seconds: 31 },
      { kind: 'kube-lag-over', cluster: 'prod', lag_seconds: 2 },
    ])
  })
  it('rate and lag of each cluster are shown; the rate falls to nothing with the events', () => {
    const { clock, health } = watch()
    health.stored('prod', { ...stored, events: 50 })
    health.stored('test', { ...stored, lagMs: undefined })
    assert.deepEqual(health.summaries, ['prod (lag 0.1 s)', 'test'])
    clock.ms += 5_000
    health.tick()
    assert.deepEqual(health.summaries, ['prod (10.0 events/s, lag 0.1 s)', 'test (0.2 events/s)'])
    clock.ms += 5_000
    health.tick()
    assert.deepEqual(health.summaries, ['prod (0.0 events/s, lag 0.1 s)', 'test (0.0 events/s)'])
  })
  it('cut events and dead letters are summed up', () => {
    const { told, clock, health } = watch()
    health.stored('prod', { ...stored, truncated: 2 })
    health.stored('prod', { ...stored, truncated: 1, deadLetters: 4 })
    health.tick()
    clock.ms += 61_000
    health.tick()
    assert.deepEqual(told, [
      { kind: 'kube-truncated', cluster: 'prod', count: 3 },
      { kind: 'kube-dead-letters', cluster: 'prod', count: 4 },
    ])
  })
})

describe('tokens', () => {
  it('are kept as hashes in a file for their owner only, and name their cluster', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-tokens-'))
    mkdirSync(path.join(home, 'etc'))
    const [one, two] = [addToken(home, 'one'), addToken(home, 'two')]
    const file = path.join(home, 'etc', 'kube-audit.tokens')
    const tokens = readTokens(home)
    assert.deepEqual(
      [tokens.cluster(one), tokens.cluster(two), tokens.cluster(`${one}x`)],
      ['one', 'two', undefined],
    )
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(!readFileSync(file, 'utf8').includes(one))
    rmSync(home, { recursive: true })
  })
  it('lines that are no tokens are skipped', () =>
    assert.equal(new TokenList('# note\n\nabc prod\n').cluster('abc'), undefined))
})
