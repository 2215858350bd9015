// What the audit webhook does with clients that want too much or take too long, with limits that a test can wait for.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { type Socket, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { ensureAuthority } from '../../src/certs/certificate-folder.ts'
import { ClusterHealth } from '../../src/sources/kube-audit/cluster-health.ts'
import { Deliveries } from '../../src/sources/kube-audit/deliveries.ts'
import { Receiver } from '../../src/sources/kube-audit/receiver.ts'
import type { ReceiverLimits } from '../../src/sources/kube-audit/receiver-limits.ts'
import { kubeAuditTelemetry } from '../../src/telemetry/kube-audit.ts'

const home = await mkdtemp(path.join(tmpdir(), 'quaywatch-limits-'))
await ensureAuthority(home, Date.now())

interface Listening {
  readonly port: number
  readonly connections: () => number
  readonly counted: (reason: string) => Promise<number>
  readonly heldBytes: () => Promise<number>
}

/** A receiver that stores everything as soon as `stored` resolves, for as long as `use` runs. */
async function withLimits(
  limits: Partial<ReceiverLimits>,
  use: (receiver: Listening) => Promise<void>,
  stored: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  const stop = new AbortController()
  const metrics = new Registry()
  const telemetry = kubeAuditTelemetry({ log: pino({ level: 'silent' }), metrics }, Date.now)
  const deliveries = new Deliveries()
  const health = new ClusterHealth(() => undefined, Date.now)
  const settling = (async () => {
    for await (const batch of deliveries.batches('kube-audit')) {
      await stored
      batch.settle()
    }
  })()
  let heard: (port: number) => void = () => undefined
  const listening = new Promise<number>((resolve) => {
    heard = resolve
  })
  const receiver = new Receiver(
    { port: 0, bind: '127.0.0.1', auth: ['none'], cluster: undefined, maxBodyBytes: 1024 ** 2, limits },
    { home, now: Date.now, telemetry, deliveries, health, listening: heard },
  )
  const running = receiver.run(stop.signal, () => undefined)
  const counted = async (reason: string) => {
    const metric = await metrics.getSingleMetric('quaywatch_kube_audit_refused_total')?.get()
    return metric?.values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0
  }
  const heldBytes = async () =>
    (await metrics.getSingleMetric('quaywatch_kube_audit_held_bytes')?.get())?.values[0]?.value ?? 0
  try {
    await use({ port: await listening, connections: () => receiver.openConnections, counted, heldBytes })
  } finally {
    stop.abort()
    deliveries.close()
    await Promise.all([running, settling])
  }
}

const noEvents = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}'
const oneEvent = noEvents.replace('[]', '[{"auditID":"a","stage":"ResponseComplete"}]')

function post(port: number, body = noEvents): Promise<readonly [number, string | undefined]> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', agent: false, rejectUnauthorized: false },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve([answer.statusCode ?? 0, answer.headers['retry-after']]))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}

/** Everything that is heard until the other side closes. */
function heardOn(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return new Promise((resolve) => socket.once('close', () => resolve(text)))
}

describe('limits of the audit webhook', () => {
  after(() => rm(home, { recursive: true }))

  it('more connections of one address than allowed are closed and counted, those before go on', async () => {
    await withLimits({ connectionsPerAddress: 2 }, async ({ port, counted }) => {
      const first = await open(port)
      const second = await open(port)
      await assert.rejects(post(port))
      assert.equal(await counted('connections'), 1)
      second.destroy()
      await once(second, 'close')
      let status = 0
      while (status === 0) [status] = await post(port).catch(() => [0] as const)
      assert.equal(status, 200)
      first.destroy()
    })
  })

  it('a client above its rate hears 429 and when to come again', async () => {
    await withLimits({ requestsPerSecond: 0.001, requestBurst: 2 }, async ({ port, counted }) => {
      assert.deepEqual(await post(port), [200, undefined])
      assert.deepEqual(await post(port), [200, undefined])
      assert.deepEqual(await post(port), [429, '1'])
      assert.equal(await counted('rate'), 1)
    })
  })

  it('refuses with Retry-After while earlier bodies wait too long, and stores those', async () => {
    let letGo = () => {}
    const stored = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await withLimits(
      { parsedBytes: 1, unhurriedBytes: oneEvent.length, patienceMs: 40 },
      async ({ port, counted }) => {
        const answered: (readonly [number, string | undefined])[] = []
        const all: Promise<number>[] = []
        // The first is on its way to the store, the second waits in line, one that comes later is refused.
        while (answered.length === 0) {
          const sent = post(port, oneEvent)
          all.push(
            sent.then((answer) => {
              answered.push(answer)
              return answer[0]
            }),
          )
          await Promise.race([sent, sleep(50)])
        }
        assert.equal(answered[0]?.[0], 503)
        assert.match(answered[0]?.[1] ?? '', /^[1-5]$/)
        letGo()
        const statuses = await Promise.all(all)
        const refused = statuses.filter((status) => status === 503)
        assert.equal(await counted('busy'), refused.length)
        assert.deepEqual(
          statuses.filter((status) => status !== 503),
          Array.from({ length: all.length - refused.length }, () => 200),
        )
        assert.ok(all.length - refused.length >= 2, 'the first and the one behind it are stored')
        assert.deepEqual(await post(port, oneEvent), [200, undefined])
      },
      stored,
    )
  })

  it('refuses what is not durable in time, and what comes after it at once; the first body after that is stored', async () => {
    let letGo = () => {}
    const stored = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await withLimits(
      { storeMs: 200 },
      async ({ port, counted, heldBytes }) => {
        assert.deepEqual(await post(port, oneEvent), [503, '5'])
        assert.deepEqual(await post(port, oneEvent), [503, '5'])
        assert.equal(await counted('not-stored'), 2)
        assert.equal(await heldBytes(), oneEvent.length, 'only the first is on its way to the store')
        letGo()
        while ((await heldBytes()) > 0) await sleep(5)
        assert.deepEqual(await post(port, oneEvent), [200, undefined])
      },
      stored,
    )
  })

  it('an HTTP/2 client that resets its connection after its answer is not counted as interrupted', async () => {
    await withLimits({}, async ({ port, connections, counted }) => {
      const below = createConnection(port, '127.0.0.1')
      const socket = connect({ socket: below, ALPNProtocols: ['h2'], rejectUnauthorized: false })
      const session = connectHttp2(`https://127.0.0.1:${port}`, { createConnection: () => socket })
      session.on('error', () => undefined)
      const stream = session.request({ ':method': 'POST', ':path': '/' })
      stream.end(noEvents)
      const [headers] = await once(stream, 'response')
      assert.equal(headers[':status'], 200)
      await once(stream.resume(), 'close')
      below.resetAndDestroy()
      while (connections() > 0) await sleep(5)
      assert.equal(await counted('interrupted'), 0)
    })
  })

  it('an HTTP/2 client that breaks the protocol is counted as interrupted', async () => {
    await withLimits({}, async ({ port, connections, counted }) => {
      const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false })
      socket.on('error', () => undefined)
      socket.resume().write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthese are no frames')
      while ((await counted('interrupted')) === 0) await sleep(5)
      while (connections() > 0) await sleep(5)
      assert.equal(await counted('interrupted'), 1)
    })
  })

  it('headers that never end close the connection', async () => {
    await withLimits({ firstRequestMs: 100 }, async ({ port, counted }) => {
      const socket = await open(port)
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
      assert.equal(await heardOn(socket), '')
      assert.equal(await counted('too-slow'), 1)
    })
  })

  it('a body that never ends is 408', async () => {
    await withLimits({ bodyMs: 100 }, async ({ port, counted }) => {
      const socket = await open(port)
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"kind":')
      const [first] = (await heardOn(socket)).split('\r\n')
      assert.equal(first, 'HTTP/1.1 408 Request Timeout')
      assert.equal(await counted('too-slow'), 1)
    })
  })
})
