import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ArrayStore } from '../support/array-store.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'

const at = Date.parse('2026-11-21T12:00:00Z')

function alert(id: number, level: number, name: string, offsetMs: number) {
  return {
    at: at + offsetMs,
    alert: level >= 3,
    document: JSON.stringify({
      timestamp: new Date(at + offsetMs).toISOString(),
      rule: { level, description: `Docker: Container ${name} started`, id: String(id), groups: ['docker'] },
      agent: { id: '000', name: 'quay-1' },
      data: { docker: { Actor: { Attributes: { name } } } },
      location: 'Wazuh-Docker',
    }),
  }
}

describe('API', () => {
  const store = new ArrayStore()
  let dashboard: Dashboard
  let admin: Readonly<Record<string, string>>

  before(async () => {
    store.add([alert(87903, 3, 'web', 0), alert(87924, 7, 'db', 60_000), alert(87907, 0, 'web', 90_000)])
    dashboard = await startDashboard(store)
    admin = await dashboard.signIn()
  })
  after(() => dashboard.close())

  it('answers /healthz without a sign-in', async () => {
    const { status, json } = await dashboard.ask('/healthz')
    assert.deepEqual({ status, json }, { status: 200, json: { ready: true } })
  })

  it('keeps accounts in a file that only its owner reads', async () => {
    const { mode } = await stat(path.join(dashboard.home, 'data', 'auth.json'))
    assert.equal(mode & 0o777, 0o600)
  })

  it('answers a search with documents as they are stored', async () => {
    const { status, json } = await dashboard.ask('/api/v1/search?ds=alerts&q=web', { headers: admin })
    assert.equal(status, 200)
    assert.equal(JSON.stringify(json).includes('"id":"87903"'), true)
    assert.equal(JSON.stringify(json).includes('"id":"87924"'), false)
  })

  it('says where a sign-in is needed, as a problem with advice', async () => {
    const { status, headers, json } = await dashboard.ask('/api/v1/search')
    assert.equal(status, 401)
    assert.match(headers['content-type'] ?? '', /^application\/problem\+json/)
    assert.deepEqual(json, {
      type: 'urn:quaywatch:problem:signed-out',
      title: 'Sign in first',
      status: 401,
      detail: 'This needs a sign-in or an API token.',
      advice: 'Open the sign-in link that the manager printed when it started.',
    })
  })
})
