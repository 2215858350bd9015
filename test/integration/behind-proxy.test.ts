import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { send, startDashboard } from '../support/dashboard.ts'
import { startManager, temporaryFolder, withoutDocker } from '../support/manager-process.ts'

describe('a manager behind a proxy', () => {
  it('has everything below <base_path>, and still answers probes and people who ask its own port', async (t) => {
    const dashboard = '<dashboard><base_path>/quaywatch/</base_path></dashboard>'
    const manager = await startManager(t, temporaryFolder(t, 'base-path'), `${dashboard}${withoutDocker}`)
    const origin = `https://127.0.0.1:${manager.ports['dashboard']}`
    assert.match(manager.printed(), new RegExp(`${origin}/quaywatch/sign-in#\\S+`))
    const answers = [
      { url: '/healthz', status: 200 },
      { url: '/quaywatch/healthz', status: 200 },
      { url: '/metrics', status: 200 },
      { url: '/quaywatch/events', status: 200 },
      { url: '/quaywatch/api/v1/session', status: 200 },
      { url: '/events', status: 404 },
      { url: '/api/v1/session', status: 404 },
    ] as const
    for (const { url, status } of answers) {
      assert.equal((await send(`${origin}${url}`, 'GET', {}, undefined)).status, status, url)
    }
    const root = await send(`${origin}/`, 'GET', {}, undefined)
    assert.deepEqual([root.status, root.headers.location], [302, '/quaywatch/'])
    assert.equal(await manager.end('SIGTERM'), 0)
  })

  const forwarded = [
    { trustedProxies: [], header: '203.0.113.9', known: '127.0.0.1' },
    { trustedProxies: ['127.0.0.0/8'], header: '203.0.113.9', known: '203.0.113.9' },
    { trustedProxies: ['127.0.0.0/8'], header: '198.51.100.1, 203.0.113.9', known: '203.0.113.9' },
    { trustedProxies: ['10.0.0.2'], header: '203.0.113.9', known: '127.0.0.1' },
  ] as const
  for (const { trustedProxies, header, known } of forwarded) {
    it(`with trust in [${trustedProxies.join()}], who came for ${header} is on record as ${known}`, async () => {
      const dashboard = await startDashboard(new MemoryStore(), { trustedProxies })
      try {
        const headers = { 'x-forwarded-for': header }
        const body = { user: 'admin', password: 'a guess of somebody' }
        const { status } = await dashboard.ask('/api/v1/session', { method: 'POST', headers, body })
        assert.equal(status, 401)
        assert.deepEqual(
          dashboard.changes.map(({ action, address }) => ({ action, address })),
          [{ action: 'sign-in-failed', address: known }],
        )
      } finally {
        await dashboard.close()
      }
    })
  }
})
