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
    health.stored('prod', '10.0.0.1', stored)
    clock.ms += 301_000
    health.tick()
    health.tick()
    clock.ms += 10_000
    health.stored('prod', '10.0.0.1', stored)
    assert.deepEqual(told, [
      { kind: 'kube-cluster-silent', cluster: 'prod', silent_seconds: 301 },
      { kind: 'kube-cluster-back', cluster: 'prod', silent_seconds: 311 },
    ])
  })
  it('more than 30 seconds of delay are told once, and their end', () => {
    const { told, health } = watch()
    for (const lagMs of [1_000, 31_000, 45_000, 2_000, undefined])
      health.stored('prod', '10.0.0.1', { ...stored, lagMs })
    assert.deepEqual(told, [
      { kind: 'kube-lag', cluster: 'prod', server: '10.0.0.1', lag_seconds: 31 },
      { kind: 'kube-lag-over', cluster: 'prod', server: '10.0.0.1', lag_seconds: 2 },
    ])
  })
  it('rate and lag of each cluster are shown; the rate falls to nothing with the events', () => {
    const { clock, health } = watch()
    health.stored('prod', '10.0.0.1', { ...stored, events: 50 })
    health.stored('test', '10.1.0.1', { ...stored, lagMs: undefined })
    assert.deepEqual(health.summaries, ['prod (lag 0.1 s)', 'test'])
    clock.ms += 5_000
    health.tick()
    assert.deepEqual(health.summaries, ['prod (10.0 events/s, lag 0.1 s)', 'test (0.2 events/s)'])
    clock.ms += 5_000
    health.tick()
    assert.deepEqual(health.summaries, ['prod (0.0 events/s, lag 0.1 s)', 'test (0.0 events/s)'])
  })
  it('of several API servers, the one that falls silent is told, but only when it used to send', () => {
    const { told, clock, health } = watch()
    const second = (server: string) => health.stored('prod', server, stored)
    for (let at = 0; at < 10; at += 1) for (const server of ['10.0.0.1', '10.0.0.2']) second(server)
    second('10.0.0.3')
    clock.ms += 301_000
    second('10.0.0.1')
    health.tick()
    health.tick()
    second('10.0.0.2')
    assert.deepEqual(told, [
      { kind: 'kube-server-silent', cluster: 'prod', server: '10.0.0.2', silent_seconds: 301 },
      { kind: 'kube-server-back', cluster: 'prod', server: '10.0.0.2', silent_seconds: 301 },
    ])
  })
  it('when all API servers are silent, only the cluster is told', () => {
    const { told, clock, health } = watch()
    for (let at = 0; at < 20; at += 1) health.stored('prod', `10.0.0.${1 + (at % 2)}`, stored)
    clock.ms += 301_000
    health.tick()
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['kube-cluster-silent'],
    )
  })
  it('events, rate, lag and time of every API server are known', () => {
    const { clock, health } = watch()
    health.stored('prod', '10.0.0.1', { ...stored, events: 50 })
    health.stored('prod', '10.0.0.2', { ...stored, lagMs: undefined })
    clock.ms += 5_000
    health.tick()
    assert.deepEqual(health.senders, [
      {
        cluster: 'prod',
        server: '10.0.0.1',
        events: 50,
        lastEventAtMs: 1_000_000,
        eventsPerSecond: 10,
        lagSeconds: 0.1,
      },
      { cluster: 'prod', server: '10.0.0.2', events: 1, lastEventAtMs: 1_000_000, eventsPerSecond: 0.2 },
    ])
    assert.deepEqual(health.summaries, ['prod (10.2 events/s, lag 0.1 s, 2 API servers)'])
  })
  it('no more than 64 API servers of a cluster are remembered', () => {
    const { health } = watch()
    for (let at = 0; at < 100; at += 1) health.stored('prod', `10.0.0.${at}`, stored)
    assert.deepEqual([health.senders.length, health.events('prod')], [64, 100])
  })
  it('cut events and dead letters are summed up', () => {
    const { told, clock, health } = watch()
    health.stored('prod', '10.0.0.1', { ...stored, truncated: 2 })
    health.stored('prod', '10.0.0.1', { ...stored, truncated: 1, deadLetters: 4 })
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
