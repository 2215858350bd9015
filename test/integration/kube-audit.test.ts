import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { Agent, type RequestOptions, request } from 'node:https'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { gzipSync } from 'node:zlib'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { ensureAuthority, renewClient } from '../../src/certs/certificate-folder.ts'
import { issueClient, makeAuthority } from '../../src/certs/issue.ts'
import type { Batch } from '../../src/event/batch.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import { readSection } from '../../src/config/option.ts'
import { kubeAudit } from '../../src/sources/kube-audit/kube-audit.ts'
import { addToken } from '../../src/sources/kube-audit/token-file.ts'
import { parseXml } from '../../src/dialect/xml.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** The real source over real TLS; what it hands over is stored in an array, or refused. */
class Webhook {
  readonly home: string
  readonly stored: RawEvent[] = []
  readonly metrics = new Registry()
  failure: Error | undefined
  port = 0
  /** While set, batches are not settled. */
  gate: Promise<void> | undefined
  readonly #stop = new AbortController()
  #reading: Promise<void> = Promise.resolve()

  constructor(home: string) {
    this.home = home
  }

  async start(xml: string): Promise<void> {
    const [section] = parseXml(xml, 'ossec.conf').roots
    assert.ok(section)
    const { values, problems } = readSection(section, kubeAudit.options)
    assert.deepEqual(problems, [])
    const listening = new Promise<number>((resolve) => {
      const source = kubeAudit.create(values, {
        telemetry: { log: pino({ level: 'silent' }), metrics: this.metrics },
        now: Date.now,
        home: this.home,
        hostName: 'test',
        listening: (_service, port) => resolve(port),
      })
      this.#reading = this.#read(source.read(undefined, this.#stop.signal))
    })
    this.port = await listening
  }

  async #read(batches: AsyncIterable<Batch>): Promise<void> {
    for await (const batch of batches) {
      await this.gate
      if (!this.failure) this.stored.push(...batch.events)
      batch.settle(this.failure)
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#reading
  }

  async counted(reason: string): Promise<number> {
    const metric = await this.metrics.getSingleMetric('quaywatch_kube_audit_refused_total')?.get()
    return metric?.values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0
  }
}

const homes: string[] = []
async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'quaywatch-kube-'))
  homes.push(home)
  await ensureAuthority(home, Date.now())
  return home
}

const bodies = readFileSync(
  path.join(import.meta.dirname, '../../../test/data/kube-audit/webhook-bodies.jsonl'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
const event = (auditID: string, more = '') =>
  `{"level":"Metadata","auditID":"${auditID}","stage":"ResponseComplete","requestURI":"/api","verb":"get"${more}}`
const list = (...items: readonly string[]) =>
  `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}`

let webhook: Webhook
let credentials: { readonly cert: string; readonly key: string; readonly ca: string }

function post(
  body: string | Buffer,
  options: RequestOptions = credentials,
  to: Webhook = webhook,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: to.port,
        method: 'POST',
        path: '/',
        agent: false,
        ca: credentials.ca,
        ...options,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const ids = (events: readonly RawEvent[]) =>
  events.map(({ text }) => /"auditID": "([^"]*)"/.exec(text)?.[1] ?? /"kind": "([^"]*)"/.exec(text)?.[1])

before(async () => {
  webhook = new Webhook(await newHome())
  const { certificate, key } = await renewClient(webhook.home, 'prod-eu', Date.now())
  const { certificate: ca } = await ensureAuthority(webhook.home, Date.now())
  credentials = { cert: certificate, key, ca }
  await webhook.start('<kube_audit><port>0</port><bind>127.0.0.1</bind></kube_audit>')
})
after(async () => {
  await webhook.stop()
  await Promise.all(homes.map((home) => rm(home, { recursive: true })))
})

/** Without what the webhook says of its own health, which it does when its clock says so. */
async function storedBy(action: () => Promise<unknown>): Promise<readonly RawEvent[]> {
  const before = webhook.stored.length
  await action()
  return webhook.stored.slice(before).filter(({ id }) => !id.startsWith('k8s-health:'))
}

describe('audit webhook, mutual TLS', () => {
  it('stores every item of recorded request bodies, named by the cluster of the certificate', async () => {
    const agent = new Agent({ keepAlive: true, ...credentials })
    const stored = await storedBy(async () => {
      for (const body of bodies) assert.equal((await post(body, { agent })).status, 200)
    })
    agent.destroy()
    assert.equal(stored.length, bodies.flatMap((body) => JSON.parse(body).items).length)
    for (const { text, location, source } of stored) {
      assert.ok(text.startsWith('{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "'))
      assert.ok(text.endsWith('"kube": {"cluster": "prod-eu"}}'))
      assert.deepEqual([location, source], ['k8s', 'kube-audit'])
    }
  })

  it('a byte-identical retry has the same ids', async () => {
    const body = list(event('retry-1'), event('retry-2'))
    const first = await storedBy(() => post(body))
    const second = await storedBy(() => post(body))
    assert.deepEqual(
      first.map(({ id }) => id),
      second.map(({ id }) => id),
    )
    assert.equal(new Set(first.map(({ id }) => id)).size, 2)
  })

  it('the same auditID and stage with another content is another event', async () => {
    const stored = await storedBy(async () => {
      await post(list(event('chosen', ',"userAgent":"a"')))
      await post(list(event('chosen', ',"userAgent":"b"')))
    })
    assert.equal(new Set(stored.map(({ id }) => id)).size, 2)
  })

  it('an item cannot name another cluster', async () => {
    const [stored] = await storedBy(() => post(list(event('forged', ',"kube":{"cluster":"other"}'))))
    assert.ok(stored?.text.endsWith('"kube": {"cluster": "prod-eu"}}'))
    assert.doesNotMatch(stored?.text ?? '', /other/)
  })

  it('HTTP/2 and gzip work', async () => {
    const client = connectHttp2(`https://127.0.0.1:${webhook.port}`, credentials)
    const stored = await storedBy(
      () =>
        new Promise<void>((resolve, reject) => {
          const stream = client.request({ ':method': 'POST', ':path': '/x', 'content-encoding': 'gzip' })
          stream.on('response', (headers) => assert.equal(headers[':status'], 200))
          stream.on('error', reject)
          stream.on('close', resolve)
          stream.resume()
          stream.end(gzipSync(list(event('over-h2'))))
        }),
    )
    client.close()
    assert.deepEqual(ids(stored), ['over-h2'])
  })

  it('what arrives while the store is busy becomes one batch, and nobody is answered before it is stored', async () => {
    let open = () => {}
    webhook.gate = new Promise((resolve) => {
      open = resolve
    })
    let answered = 0
    const posts = ['g1', 'g2', 'g3', 'g4'].map(async (id) => {
      const { status } = await post(list(event(id)))
      answered += 1
      return status
    })
    const received = () => webhook.metrics.getSingleMetricAsString('quaywatch_kube_audit_held_bytes')
    while (!(await received()).includes(` ${4 * list(event('g1')).length}`))
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(answered, 0)
    open()
    webhook.gate = undefined
    assert.deepEqual(await Promise.all(posts), [200, 200, 200, 200])
  })

  it('a failure to store is 503 with Retry-After', async () => {
    webhook.failure = new Error('the disk is full')
    const { status, headers } = await post(list(event('lost')))
    webhook.failure = undefined
    assert.deepEqual([status, headers['retry-after']], [503, '5'])
  })

  it('too much that waits for the store is 503 with Retry-After, before the body is read', async () => {
    let open = () => {}
    webhook.gate = new Promise((resolve) => {
      open = resolve
    })
    const big = (id: string) => list(event(id, `,"x":"${'x'.repeat(11 * 1024 ** 2)}"`))
    const posts = ['b1', 'b2', 'b3'].map((id) => post(big(id)))
    const first = await Promise.race(posts)
    assert.deepEqual([first.status, first.headers['retry-after']], [503, '1'])
    open()
    webhook.gate = undefined
    assert.deepEqual(
      (await Promise.all(posts)).map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 200, 503],
    )
  })
})

const refusals: readonly {
  readonly name: string
  readonly body: string | Buffer
  readonly options?: RequestOptions
  readonly status: number
}[] = [
  { name: 'an empty body', body: '', status: 400 },
  { name: 'text', body: 'hello', status: 400 },
  { name: 'an array', body: '[]', status: 400 },
  { name: 'a number', body: '7', status: 400 },
  { name: 'another kind', body: '{"kind":"Pod","apiVersion":"v1"}', status: 400 },
  {
    name: 'another version',
    body: '{"kind":"EventList","apiVersion":"audit.k8s.io/v2","items":[]}',
    status: 400,
  },
  {
    name: 'more than max_body',
    body: `{"kind":"EventList","items":["${'x'.repeat(12 * 1024 ** 2)}"]}`,
    status: 413,
  },
  {
    name: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(64 * 1024 ** 2)),
    options: { headers: { 'content-encoding': 'gzip' } },
    status: 413,
  },
  { name: 'gzip that is none', body: 'x', options: { headers: { 'content-encoding': 'gzip' } }, status: 415 },
  { name: 'an unknown encoding', body: 'x', options: { headers: { 'content-encoding': 'br' } }, status: 415 },
  { name: 'GET', body: '', options: { method: 'GET' }, status: 405 },
  {
    name: 'a flood of headers',
    body: 'x',
    options: { headers: { 'x-long': 'x'.repeat(30_000) } },
    status: 431,
  },
]

const deadLetters = [
  { name: 'no items', body: '{"kind":"EventList","apiVersion":"audit.k8s.io/v1"}', stored: [] },
  { name: 'items null', body: '{"kind":"EventList","items":null}', stored: [] },
  { name: 'items empty', body: list(), stored: [] },
  {
    name: 'one bad item',
    body: list(event('ok1'), '{"auditID":}', event('ok2')),
    stored: ['ok1', 'kube-dead-letter', 'ok2'],
  },
  {
    name: 'items of other types',
    body: list('1', 'null', '"x"', '[]', event('ok')),
    stored: [...Array.from({ length: 4 }, () => 'kube-dead-letter'), 'ok'],
  },
  {
    name: 'an item of another kind',
    body: list('{"kind":"Pod","auditID":"a","stage":"s"}'),
    stored: ['kube-dead-letter'],
  },
  {
    name: 'an item without auditID',
    body: list('{"stage":"ResponseComplete"}'),
    stored: ['kube-dead-letter'],
  },
  {
    name: 'a truncated list',
    body: list(event('whole'), event('cut')).slice(0, -40),
    stored: ['whole', 'kube-dead-letter'],
  },
  {
    name: 'deep nesting',
    body: list(event('ok'), `${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    stored: ['ok', 'kube-dead-letter'],
  },
  {
    name: 'deep nesting that never ends',
    body: `{"kind":"EventList","items":[${'{"a":'.repeat(100_000)}`,
    stored: ['kube-dead-letter'],
  },
  {
    name: 'a single event',
    body: `{"kind":"Event","apiVersion":"audit.k8s.io/v1",${event('single').slice(1)}`,
    stored: ['single'],
  },
  { name: 'events one per line', body: `${event('line1')}\n${event('line2')}\n`, stored: ['line1', 'line2'] },
  {
    name: 'v1beta1',
    body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1beta1","items":[${event('beta')}]}`,
    stored: ['beta'],
  },
  {
    name: 'v1alpha1',
    body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1alpha1","items":[${event('alpha')}]}`,
    stored: ['alpha'],
  },
]

describe('audit webhook, bad input', () => {
  for (const { name, body, options, status } of refusals) {
    it(`${name} is ${status} and nothing is stored`, async () => {
      const stored = await storedBy(async () => {
        assert.equal((await post(body, { ...credentials, ...options })).status, status)
      })
      assert.deepEqual(stored, [])
    })
  }
  for (const { name, body, stored } of deadLetters) {
    it(`${name} is 200, stored are ${JSON.stringify(stored)}`, async () => {
      const events = await storedBy(async () => assert.equal((await post(body)).status, 200))
      assert.deepEqual(ids(events), stored)
    })
  }

  it('a dead letter keeps the bytes word for word', async () => {
    const [letter] = await storedBy(() => post(list('{"auditID":\x07}')))
    const kept = /"raw_base64": "([^"]*)"/.exec(letter?.text ?? '')?.[1] ?? ''
    assert.equal(Buffer.from(kept, 'base64').toString(), '{"auditID":\x07}')
  })

  it('invalid UTF-8 becomes U+FFFD and the event is stored', async () => {
    const body = Buffer.from(list(event('utf8', ',"userAgent":"a?b"')))
    body[body.indexOf('a?b') + 1] = 0xff
    const [stored] = await storedBy(() => post(body))
    assert.match(stored?.text ?? '', /"userAgent": "a\\ufffdb"/)
  })

  it('a body whose client goes away is not stored', async () => {
    const before = await webhook.counted('interrupted')
    const stored = await storedBy(async () => {
      const socket = connectTls({ host: '127.0.0.1', port: webhook.port, ...credentials })
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"kind":')
      while (
        (await webhook.metrics.getSingleMetricAsString('quaywatch_kube_audit_held_bytes')).endsWith(' 0')
      )
        await new Promise((resolve) => setTimeout(resolve, 5))
      socket.destroy()
      while ((await webhook.counted('interrupted')) === before)
        await new Promise((resolve) => setTimeout(resolve, 5))
    })
    assert.deepEqual(stored, [])
  })

  it('plain HTTP is told to use HTTPS and counted; the webhook goes on', async () => {
    const before = await webhook.counted('plain-http')
    const answer = await new Promise<string>((resolve) => {
      let heard = ''
      const socket = createConnection(webhook.port, '127.0.0.1', () =>
        socket.write('POST / HTTP/1.1\r\n\r\n'),
      )
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
      })
      socket.on('close', () => resolve(heard))
    })
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
    assert.match(answer, /This port takes HTTPS/)
    assert.equal(await webhook.counted('plain-http'), before + 1)
    assert.equal((await post(list(event('after-http')))).status, 200)
  })

  it('a health check needs no credentials', async () => {
    const { status, body } = await post('', { method: 'GET', path: '/healthz' })
    assert.deepEqual([status, body], [200, 'ok\n'])
  })
})

describe('audit webhook, credentials', () => {
  it('no certificate and no token is 401', async () => {
    assert.equal((await post(list(event('x')), {})).status, 401)
  })

  it('a certificate of another authority is 401 and counted', async () => {
    const other = await makeAuthority({ commonName: 'Other', organization: 'x' }, Date.now())
    const { certificate: cert, key } = await issueClient(other, 'prod-eu', Date.now())
    const { status } = await post(list(event('x')), { cert, key })
    assert.deepEqual([status, await webhook.counted('unknown-authority')], [401, 1])
  })

  it('an expired certificate is 401 and counted', async () => {
    const authority = await ensureAuthority(webhook.home, Date.now())
    const { certificate: cert, key } = await issueClient(authority, 'prod-eu', Date.now() - 900 * 86_400_000)
    const { status } = await post(list(event('x')), { cert, key })
    assert.deepEqual([status, await webhook.counted('expired-certificate')], [401, 1])
  })

  it("the dashboard's own server certificate is no client certificate", async () => {
    const cert = readFileSync(path.join(webhook.home, 'etc/certs/server.pem'))
    const key = readFileSync(path.join(webhook.home, 'etc/certs/server.key'))
    assert.equal((await post(list(event('x')), { cert, key })).status, 401)
  })

  it('a token added while it runs is taken, a wrong one is 401', async () => {
    const token = addToken(webhook.home, 'by-token')
    const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } })
    let answer = await post(list(event('tok')), bearer(token))
    while (answer.status === 401) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      answer = await post(list(event('tok')), bearer(token))
    }
    assert.equal(answer.status, 200)
    assert.ok(webhook.stored.some(({ text }) => text.endsWith('"kube": {"cluster": "by-token"}}')))
    assert.equal((await post(list(event('tok')), bearer(`${token}x`))).status, 401)
    assert.doesNotMatch(
      readFileSync(path.join(webhook.home, 'etc/kube-audit.tokens'), 'utf8'),
      new RegExp(token),
    )
  })

  it('a new server certificate is shown without a restart', async () => {
    const before = readFileSync(path.join(webhook.home, 'etc/certs/server.pem'), 'utf8')
    const { renewServer } = await import('../../src/certs/certificate-folder.ts')
    await renewServer(webhook.home, ['localhost', '127.0.0.1', 'new.example.org'], Date.now())
    const shown = () =>
      new Promise<string | undefined>((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: webhook.port, ...credentials }, () => {
          resolve(socket.getPeerCertificate().subjectaltname)
          socket.destroy()
        })
      })
    while (!(await shown())?.includes('new.example.org'))
      await new Promise((resolve) => setTimeout(resolve, 100))
    assert.notEqual(before, readFileSync(path.join(webhook.home, 'etc/certs/server.pem'), 'utf8'))
    assert.equal((await post(list(event('renewed')))).status, 200)
  })

  it('auth none takes a client that verifies nothing and shows nothing', async () => {
    const open = new Webhook(await newHome())
    await open.start(
      '<kube_audit><port>0</port><bind>127.0.0.1</bind><auth>none</auth><cluster>lab</cluster></kube_audit>',
    )
    const { status } = await post(list(event('open')), { rejectUnauthorized: false, ca: undefined }, open)
    await open.stop()
    assert.equal(status, 200)
    assert.ok(open.stored[0]?.text.endsWith('"kube": {"cluster": "lab"}}'))
  })
})
