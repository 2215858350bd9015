// What was acknowledged is found exactly once, whenever the process is killed.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { eventually, quaywatch, startManager, temporaryFolder } from '../support/manager-process.ts'

const rounds = Number(process.env['QUAYWATCH_CRASH_ROUNDS'] ?? 4)
const clients = 4

function auditEvent(id: string): object {
  return {
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/default/secrets/crash',
    verb: 'get',
    user: { username: 'crash-test', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.7'],
    objectRef: { resource: 'secrets', namespace: 'default', name: 'crash', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-22T00:00:00.000000Z',
    stageTimestamp: '2026-11-22T00:00:00.001000Z',
  }
}

interface Poster {
  readonly acknowledged: Set<string>
  stop(): Promise<void>
}

/** Posts batches of 1 to 40 numbered events over mutual TLS and notes those that were answered 200. */
function startPosting(port: number, tls: { ca: string; cert: string; key: string }): Poster {
  const acknowledged = new Set<string>()
  const agent = new Agent({ keepAlive: true, maxSockets: clients, ...tls })
  const stop = new AbortController()
  const post = (body: string) =>
    new Promise<number>((resolve) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: '/',
          agent,
          headers: { 'content-type': 'application/json' },
        },
        (answer) => {
          answer
            .resume()
            .on('end', () => resolve(answer.statusCode ?? 0))
            .on('error', () => resolve(0))
        },
      )
      asked.on('error', () => resolve(0))
      asked.end(body)
    })
  const run = async () => {
    while (!stop.signal.aborted) {
      const ids = Array.from({ length: randomInt(1, 40) }, () => randomUUID())
      const body = JSON.stringify({
        kind: 'EventList',
        apiVersion: 'audit.k8s.io/v1',
        metadata: {},
        items: ids.map(auditEvent),
      })
      const status = await post(body)
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
      agent.destroy()
    },
  }
}

describe('kill -9', () => {
  it(
    `loses and doubles nothing that was acknowledged, in ${rounds} rounds`,
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'crash')
      const out = path.join(home, 'kube')
      const acknowledged = new Set<string>()
      const setUp = await quaywatch([
        'kube',
        'setup',
        '--home',
        home,
        '--address',
        '127.0.0.1',
        '--out',
        out,
        '--cluster',
        'crash',
      ])
      assert.equal(setUp.code, 0, setUp.stderr)
      const tls = {
        ca: readFileSync(path.join(home, 'etc/certs/ca.pem'), 'utf8'),
        cert: readFileSync(path.join(home, 'etc/certs/clients/crash.pem'), 'utf8'),
        key: readFileSync(path.join(home, 'etc/certs/clients/crash.key'), 'utf8'),
      }
      for (let round = 0; round < rounds; round++) {
        const manager = await startManager(t, home)
        const poster = startPosting(manager.ports['kube_audit'] ?? 0, tls)
        await eventually('an answer', () => (poster.acknowledged.size > 40 ? true : undefined), 30_000)
        await sleep(randomInt(0, 1500))
        assert.equal(await manager.end('SIGKILL'), 'SIGKILL')
        await poster.stop()
        for (const id of poster.acknowledged) acknowledged.add(id)
      }
      assert.ok(acknowledged.size > 100, `only ${acknowledged.size} events were acknowledged`)
      const last = await startManager(t, home)
      assert.equal(await last.end('SIGTERM'), 0)
      const found = await quaywatch([
        'search',
        'verb: get',
        '--home',
        home,
        '--dataset',
        'events',
        '--limit',
        '1000000',
        '--format',
        'ndjson',
      ])
      assert.equal(found.code, 0, found.stderr)
      const counts = new Map<string, number>()
      for (const line of found.stdout.split('\n').filter((text) => text !== '')) {
        const document: { data?: { auditID?: string } } = JSON.parse(line)
        const id = document.data?.auditID ?? ''
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
      assert.deepEqual(
        [...acknowledged].filter((id) => !counts.has(id)),
        [],
        'acknowledged but lost',
      )
      assert.deepEqual(
        [...counts].filter(([, count]) => count > 1),
        [],
        'stored twice',
      )
    },
  )
})
