// What an API server is to the audit webhook, for tests that stop the manager and look for what it acknowledged.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import path from 'node:path'

import { openStore } from '../../src/store/open-store.ts'
import { quaywatch } from './manager-process.ts'

export interface AuditAnswer {
  /** 0: none. */
  readonly status: number
  readonly retryAfter: string | undefined
}

const noAnswer: AuditAnswer = { status: 0, retryAfter: undefined }

/** Holds a client certificate of the home that it was made for. */
export class AuditClient {
  readonly #agent: Agent

  private constructor(agent: Agent) {
    this.#agent = agent
  }

  static async setUp(home: string, connections: number): Promise<AuditClient> {
    const out = path.join(home, 'kube')
    const names = ['--address', '127.0.0.1', '--out', out, '--cluster', 'crash']
    const { code, stderr } = await quaywatch(['kube', 'setup', '--home', home, ...names])
    assert.equal(code, 0, stderr)
    const read = (file: string) => readFileSync(path.join(home, 'etc', 'certs', file), 'utf8')
    const tls = { ca: read('ca.pem'), cert: read('clients/crash.pem'), key: read('clients/crash.key') }
    return new AuditClient(new Agent({ keepAlive: true, maxSockets: connections, ...tls }))
  }

  post(port: number, items: readonly object[]): Promise<AuditAnswer> {
    const body = JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const to = { host: '127.0.0.1', port, method: 'POST', path: '/', agent: this.#agent, headers }
    return new Promise((resolve) => {
      const asked = request(to, (answer) => {
        const heard = { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }
        answer
          .resume()
          .on('end', () => resolve(heard))
          .on('error', () => resolve(noAnswer))
      })
      asked.on('error', () => resolve(noAnswer))
      asked.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Somebody reads a secret. */
export function auditEvent(id: string, more: object = {}): object {
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
    ...more,
  }
}

/** Audit ids of all stored events, as a search finds them. */
export async function searchedIds(home: string): Promise<readonly string[]> {
  const wanted = ['--home', home, '--dataset', 'events', '--limit', '1000000', '--format', 'ndjson']
  const found = await quaywatch(['search', 'verb: get', ...wanted])
  assert.equal(found.code, 0, found.stderr)
  return found.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const document: { data?: { auditID?: string } } = JSON.parse(line)
      return document.data?.auditID ?? ''
    })
}

/** The same as the store hands its events out again, which is for events that are too large to search for all of them. */
export async function replayedIds(home: string): Promise<readonly string[]> {
  const store = await openStore({ folder: path.join(home, 'data') })
  const found: string[] = []
  for await (const events of store.replay(0, new AbortController().signal))
    found.push(...events.flatMap(({ text }) => /"auditID": "([^"]+)"/.exec(text)?.[1] ?? []))
  await store.close()
  return found
}

/** Fails when one of the ids is not stored, or anything is stored twice. */
export function assertStoredOnce(stored: readonly string[], acknowledged: ReadonlySet<string>): void {
  const counts = new Map<string, number>()
  for (const id of stored) counts.set(id, (counts.get(id) ?? 0) + 1)
  const lost = [...acknowledged].filter((id) => !counts.has(id))
  const doubled = [...counts].filter(([, count]) => count > 1)
  assert.deepEqual(lost, [], 'acknowledged but lost')
  assert.deepEqual(doubled, [], 'stored twice')
}
