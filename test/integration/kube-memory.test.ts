// What a cluster said long ago is known after a restart and after rules were read again.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { AuditClient } from '../support/audit-client.ts'
import { type AuditParts, auditLine } from '../support/kube-events.ts'
import { alertLines, eventually, startManager, temporaryFolder } from '../support/manager-process.ts'

const hourMs = 3_600_000
const shop = '/api/v1/namespaces/shop/pods'
const created: AuditParts = {
  uri: shop,
  verb: 'create',
  request: {
    metadata: { name: 'tool' },
    spec: { containers: [{ name: 'c', image: 'busybox', securityContext: { privileged: true } }] },
  },
}
const entered: AuditParts = { uri: `${shop}/tool/exec?command=id`, verb: 'get', user: 'carol', code: 101 }

function risksOf(home: string, id: string): string | undefined {
  for (const alert of alertLines(home)) {
    const { data }: { data?: { auditID?: string; kube?: { target?: { risks?: string } } } } = alert
    if (data?.auditID === id) return data.kube?.target?.risks ?? 'unknown'
  }
  return undefined
}

describe('what audit events said of pods', () => {
  it('is known hours later, after a restart and after a reload', { timeout: 600_000 }, async (t) => {
    const first = temporaryFolder(t, 'kube-memory-first')
    const before = await startManager(t, first)
    const client = await AuditClient.setUp(first, 1)
    t.after(() => client.close())
    const event = (parts: AuditParts, id: string): object => JSON.parse(auditLine(parts, id, Date.now()))
    const sent = await client.post(before.ports['kube_audit'] ?? 0, [event(created, 'made')])
    assert.equal(sent.status, 200)
    assert.equal(await before.end('SIGTERM'), 0)

    // Another home has the memory, some hours old, and none of the events.
    const second = temporaryFolder(t, 'kube-memory-second')
    const [from, to] = [first, second].map((home) => path.join(home, 'data', 'kube-memory'))
    assert.ok(from !== undefined && to !== undefined)
    const [file = ''] = readdirSync(from)
    assert.match(file, /^\d+\.jsonl$/)
    mkdirSync(to, { recursive: true })
    copyFileSync(path.join(from, file), path.join(to, `${Number.parseInt(file, 10) - 3 * hourMs}.jsonl`))

    const manager = await startManager(t, second)
    const port = manager.ports['kube_audit'] ?? 0
    const other = await AuditClient.setUp(second, 1)
    t.after(() => other.close())
    assert.equal((await other.post(port, [event(entered, 'restarted')])).status, 200)
    assert.equal(await eventually('an alert', () => risksOf(second, 'restarted')), 'privileged')
    manager.child.kill('SIGHUP')
    await eventually('alert 409006', () => alertLines(second).find(isReload))
    assert.equal((await other.post(port, [event(entered, 'reloaded')])).status, 200)
    assert.equal(await eventually('an alert', () => risksOf(second, 'reloaded')), 'privileged')
    assert.equal(await manager.end('SIGTERM'), 0)
  })
})

function isReload({ rule }: Readonly<Record<string, unknown>>): boolean {
  return typeof rule === 'object' && rule !== null && 'id' in rule && rule.id === '409006'
}
