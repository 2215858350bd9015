// What was acknowledged is found exactly once, whenever the process is killed.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import {
  assertStoredOnce,
  AuditClient,
  auditEvent,
  replayedIds,
  searchedIds,
} from '../support/audit-client.ts'
import { eventually, quaywatch, startManager, temporaryFolder } from '../support/manager-process.ts'

const rounds = Number(process.env['QUAYWATCH_CRASH_ROUNDS'] ?? 4)
const clients = 4

interface Poster {
  readonly acknowledged: Set<string>
  stop(): Promise<void>
}

/** Posts batches of 1 to 40 numbered events over mutual TLS and notes those that were answered 200. */
function startPosting(client: AuditClient, port: number): Poster {
  const acknowledged = new Set<string>()
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      const ids = Array.from({ length: randomInt(1, 40) }, () => randomUUID())
      const { status } = await client.post(
        port,
        ids.map((id) => auditEvent(id)),
      )
      if (status === 200) for (const id of ids) acknowledged.add(id)
      else await sleep(20)
    }
  }
  const running = Array.from({ length: clients }, run)
  return {
    acknowledged,
    stop: async () => {
      stop.abort()
      await Promise.all(running)
    },
  }
}

describe('kill -9', () => {
  it(
    `loses and doubles nothing that was acknowledged, in ${rounds} rounds`,
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'crash')
      const client = await AuditClient.setUp(home, clients)
      t.after(() => client.close())
      const acknowledged = new Set<string>()
      for (let round = 0; round < rounds; round++) {
        const manager = await startManager(t, home)
        const poster = startPosting(client, manager.ports['kube_audit'] ?? 0)
        await eventually('answers', () => (poster.acknowledged.size > 100 ? true : undefined), 60_000)
        await sleep(randomInt(0, 1500))
        assert.equal(await manager.end('SIGKILL'), 'SIGKILL')
        await poster.stop()
        for (const id of poster.acknowledged) acknowledged.add(id)
      }
      const last = await startManager(t, home)
      assert.equal(await last.end('SIGTERM'), 0)
      assertStoredOnce(await searchedIds(home), acknowledged)
      await assertDecidedAsStored(home)
    },
  )
})

/** Evaluating everything once more gives the alerts that are stored, also where a kill interrupted a correlation. */
async function assertDecidedAsStored(home: string): Promise<void> {
  const against = ['--against', 'stored', '--from', '1d', '--json']
  const place = ['--home', home, '--config', path.join(home, 'test.conf')]
  const { code, stdout, stderr } = await quaywatch(['rules', 'backtest', ...against, ...place])
  assert.equal(code, 0, stderr)
  const { alerts, fired, changed, stopped } = JSON.parse(stdout)
  assert.ok(alerts.before > 100, `only ${alerts.before} alerts`)
  assert.deepEqual({ fired, changed, stopped }, { fired: [], changed: [], stopped: [] })
}

describe('more than the webhook can hold', () => {
  /** 48 MB at once, more than may wait. */
  const bodies = Array.from({ length: 48 }, (_, body) =>
    Array.from({ length: 10 }, (_item, item) =>
      auditEvent(`overload-${body}-${item}`, { requestObject: { data: { blob: 'x'.repeat(100_000) } } }),
    ),
  )

  it(
    'is refused with Retry-After; what is sent again after a kill -9 is there once',
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'overload')
      const client = await AuditClient.setUp(home, bodies.length)
      t.after(() => client.close())
      const first = await startManager(t, home)
      const settled = new Set<number>()
      const statuses: number[] = []
      const retryAfters = new Set<string | undefined>()
      const posted = bodies.map(async (items, index) => {
        const { status, retryAfter } = await client.post(first.ports['kube_audit'] ?? 0, items)
        statuses.push(status)
        if (status === 200) settled.add(index)
        if (status === 503) retryAfters.add(retryAfter)
      })
      const isUnderWay = () => (statuses.includes(503) && settled.size > 0 ? true : undefined)
      await eventually('an acknowledgement and a refusal', isUnderWay, 60_000)
      await first.end('SIGKILL')
      await Promise.all(posted)
      for (const seconds of retryAfters) assert.match(seconds ?? '', /^[1-5]$/)
      assert.deepEqual(
        [...new Set(statuses)].filter((status) => ![0, 200, 503].includes(status)),
        [],
      )

      // What was acknowledged before the kill must be there already; the rest comes again, as API servers do.
      const ids = (which: Iterable<number>) =>
        new Set(
          [...which].flatMap((body) => Array.from({ length: 10 }, (_, item) => `overload-${body}-${item}`)),
        )
      const second = await startManager(t, home)
      assert.equal(await second.end('SIGTERM'), 0)
      assertStoredOnce(await replayedIds(home), ids(settled))
      const third = await startManager(t, home)
      for (const items of bodies) {
        await eventually('an acknowledgement', async () => {
          const { status } = await client.post(third.ports['kube_audit'] ?? 0, items)
          return status === 200 ? true : undefined
        })
      }
      assert.equal(await third.end('SIGTERM'), 0)
      assertStoredOnce(await replayedIds(home), ids(bodies.keys()))
    },
  )
})
