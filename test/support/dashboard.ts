// A real API server over a store, and a small HTTPS client for it.
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { startApi } from '../../src/api/api.ts'
import type { Api, ApiOptions, Change, HealthReport } from '../../src/api/api-options.ts'
import { ensureServerCertificate } from '../../src/certs/server-certificate.ts'
import type { Store } from '../../src/store/store.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Parsed when it is JSON. */
  readonly json: unknown
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Dashboard {
  readonly port: number
  readonly api: Api
  readonly home: string
  readonly origin: string
  readonly changes: readonly Change[]
  ask(path: string, ask?: Ask): Promise<Answer>
  /** Uses a fresh sign-in link; resolves with the headers of a signed-in browser. */
  signIn(): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

export const healthy: HealthReport = {
  ready: true,
  startedAtMs: Date.now() - 3_600_000,
  sources: [
    {
      name: 'docker-listener',
      type: 'docker-listener',
      state: 'running',
      detail: 'Docker 29.1 at unix:///var/run/docker.sock',
      lastEventAtMs: Date.now() - 4000,
      events: 1280,
    },
    {
      name: 'kube-audit',
      type: 'kube-audit',
      state: 'waiting',
      detail: 'listening on port 8080, nothing received yet',
      advice: 'Run: quaywatch kube setup --address <this host> --out kube',
    },
  ],
  checks: [
    { id: 'disk', title: 'Disk', state: 'ok', detail: '41 GB free' },
    {
      id: 'certificate-kube-audit',
      title: 'Certificate of the audit webhook',
      state: 'warning',
      detail: 'expires in 12 days',
      advice: 'Run: quaywatch certs renew',
    },
  ],
  rules: { size: 164, problems: [] },
  pipeline: { eventsReceived: 1280, alertsRaised: 310, dropped: 0 },
}

export async function startDashboard(store: Store, over: Partial<ApiOptions> = {}): Promise<Dashboard> {
  const home = await mkdtemp(path.join(tmpdir(), 'quaywatch-api-'))
  const changes: Change[] = []
  const { certificate, key } = await ensureServerCertificate(home)
  const api = await startApi({
    store,
    telemetry: { log: pino({ level: 'silent' }), metrics: new Registry() },
    home,
    listen: { bind: '127.0.0.1', port: 0 },
    tls: { cert: certificate, key },
    now: Date.now,
    version: '0.1.0',
    hostName: 'quay-1',
    health: () => healthy,
    recordChange: (change) => void changes.push(change),
    ...over,
  })
  const origin = `https://127.0.0.1:${api.port}`
  const ask = (url: string, { method = 'GET', headers = {}, body }: Ask = {}) =>
    send(`${origin}${url}`, method, headers, body)
  return {
    api,
    port: api.port,
    home,
    origin,
    changes,
    ask,
    signIn: async () => {
      const secret = new URL(await api.signInLink()).hash.slice(1)
      const answer = await ask('/api/v1/session/link', { method: 'POST', body: { secret } })
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0]
      if (answer.status !== 200 || !cookie) throw new Error(`sign-in failed: ${answer.text}`)
      return { cookie, origin, 'sec-fetch-site': 'same-origin' }
    },
    close: async () => {
      await api.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const type = text === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...type, ...headers }, rejectUnauthorized: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const received = Buffer.concat(chunks).toString('utf8')
          const isJson = /json/.test(answer.headers['content-type'] ?? '') && received !== ''
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: received,
            json:
              isJson && !/ndjson/.test(answer.headers['content-type'] ?? '')
                ? JSON.parse(received)
                : undefined,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}
