// The counters of an API server, asked for over real TLS, against what the webhook received.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { issueServer, makeAuthority } from '../../src/certs/issue.ts'
import { readSection } from '../../src/config/option.ts'
import { parseXml } from '../../src/dialect/xml.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import { kubeAudit } from '../../src/sources/kube-audit/kube-audit.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-scrape-'))
const token = 'secret-of-the-test'
let server: Server
let address = ''
/** What the stub counts; every request adds a hundred events. */
let counted = { events: 1_000, errors: 0 }
let onRequest: () => void = () => undefined

/** Resolves after so many more requests. */
function asked(times: number): Promise<void> {
  let left = times
  return new Promise((resolve) => {
    onRequest = () => {
      left -= 1
      if (left <= 0) resolve()
    }
  })
}

const page = () => `# TYPE apiserver_audit_error_total counter
apiserver_audit_error_total{plugin="webhook"} ${counted.errors}
# TYPE apiserver_audit_event_total counter
apiserver_audit_event_total ${counted.events}
apiserver_request_total{code="200",resource="pods"} 17
`

before(async () => {
  const authority = await makeAuthority({ commonName: 'API servers', organization: 'test' }, Date.now())
  const { certificate, key } = await issueServer(authority, ['127.0.0.1'], Date.now())
  writeFileSync(path.join(home, 'api-server-ca.pem'), authority.certificate)
  writeFileSync(path.join(home, 'token'), `${token}\n`)
  server = createServer({ cert: certificate, key }, (request, response) => {
    const isAllowed = request.url === '/metrics' && request.headers.authorization === `Bearer ${token}`
    response.writeHead(isAllowed ? 200 : 403)
    response.end(isAllowed ? page() : 'forbidden')
    counted = { ...counted, events: counted.events + 100 }
    onRequest()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const bound = server.address()
  address = typeof bound === 'object' && bound ? `https://127.0.0.1:${bound.port}` : ''
})
after(() => {
  server.close()
  rmSync(home, { recursive: true })
})

interface Running {
  /** The first event of its own. */
  readonly first: Promise<RawEvent>
  readonly metrics: Registry
  readonly stop: () => Promise<void>
}

function start(xml: string): Running {
  const [section] = parseXml(xml, 'ossec.conf').roots
  assert.ok(section)
  const { values, problems } = readSection(section, kubeAudit.options)
  assert.deepEqual(problems, [])
  const metrics = new Registry()
  const abort = new AbortController()
  const telemetry = { log: pino({ level: 'silent' }), metrics }
  const listening = () => undefined
  const source = kubeAudit.create(values, { telemetry, now: Date.now, home, hostName: 'test', listening })
  let tell: (event: RawEvent) => void = () => undefined
  const first = new Promise<RawEvent>((resolve) => {
    tell = resolve
  })
  const reading = (async () => {
    for await (const batch of source.read(undefined, abort.signal)) {
      batch.events.forEach(tell)
      batch.settle()
    }
  })()
  const stop = async () => {
    abort.abort()
    await reading
  }
  return { first, metrics, stop }
}

const section = (more: string) =>
  `<kube_audit><port>0</port><bind>127.0.0.1</bind><cluster>prod</cluster>
   <api_server>${address}</api_server><api_server_ca>${home}/api-server-ca.pem</api_server_ca>
   <api_server_interval>1</api_server_interval>${more}</kube_audit>`
const quaywatch = ({ tree }: RawEvent): unknown =>
  typeof tree === 'object' && tree !== null && 'quaywatch' in tree ? tree.quaywatch : undefined

describe('counters of an API server', () => {
  const withToken = () => section(`<api_server_token>${home}/token</api_server_token>`)

  it('events that it made and that did not come are told', async () => {
    const { first, metrics, stop } = start(withToken())
    const told = { kind: 'kube-missing', cluster: 'prod', count: 100, sent: 300, received: 0 }
    assert.deepEqual(quaywatch(await first), told)
    const text = await metrics.metrics()
    assert.match(
      text,
      /quaywatch_kube_audit_missing_events_total\{cluster="prod",reason="not-received"\} 100/,
    )
    assert.match(text, /quaywatch_kube_audit_sent_events\{cluster="prod"\} 300/)
    await stop()
  })

  it('events that it could not send are told at once', async () => {
    const { first, stop } = start(withToken())
    await asked(1)
    counted = { ...counted, errors: 400 }
    assert.deepEqual(quaywatch(await first), { kind: 'kube-not-sent', cluster: 'prod', count: 400 })
    await stop()
  })

  it('a refusal is counted; it does not stop the source', async () => {
    const { metrics, stop } = start(section(''))
    await asked(2)
    const failed = await metrics.getSingleMetric('quaywatch_kube_audit_scrapes_total')?.get()
    assert.deepEqual(
      failed?.values.map(({ labels }) => labels['result']),
      ['failed'],
    )
    await stop()
  })
})
