// The disk of the home fills up under batches of an API server: refused meanwhile, and nothing that was acknowledged is lost.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { assertStoredOnce, AuditClient, auditEvent, replayedIds } from '../support/audit-client.ts'
import { eventually, startManager, statusOf } from '../support/manager-process.ts'

/** As many events as an API server sends at once, with text that does not become smaller on disk: some 1.4 MB. */
function batch(): { readonly ids: readonly string[]; readonly items: readonly object[] } {
  const ids = Array.from({ length: 400 }, () => randomUUID())
  const items = ids.map((id) => auditEvent(id, { annotations: { noise: randomBytes(1200).toString('hex') } }))
  return { ids, items }
}

const mount = (...args: readonly string[]) => spawnSync('mount', args).status === 0
const isRoot = process.getuid?.() === 0

describe('bodies of 400 events on a disk that fills up', () => {
  const skip = isRoot ? false : 'SKIPPED: a small file system can be mounted by root only'

  it(
    'are answered 503 with Retry-After while it is full, then 200 again; what was answered 200 is there once',
    { skip, timeout: 180_000 },
    async (t) => {
      const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-full-'))
      assert.ok(mount('-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', home))
      t.after(() => {
        spawnSync('umount', ['-l', home])
        rmSync(home, { recursive: true, force: true })
      })
      const client = await AuditClient.setUp(home, 4)
      t.after(() => client.close())
      const manager = await startManager(t, home)
      const port = manager.ports['kube_audit'] ?? 0
      const acknowledged = new Set<string>()
      const post = async ({ ids, items }: ReturnType<typeof batch>) => {
        const answer = await client.post(port, items)
        if (answer.status === 200) for (const id of ids) acknowledged.add(id)
        return answer
      }

      let refused = batch()
      let answer = await post(refused)
      for (let sent = 1; answer.status === 200 && sent < 200; sent++) {
        refused = batch()
        answer = await post(refused)
      }
      assert.ok(acknowledged.size >= 400, 'something was acknowledged before')
      assert.equal(answer.status, 503)
      assert.match(answer.retryAfter ?? '', /^\d+$/)
      assert.equal((await post(refused)).status, 503, 'still full')
      assert.equal(await statusOf(manager.ports['dashboard'] ?? 0, '/healthz'), 200, 'the manager lives')

      assert.ok(mount('-o', 'remount,size=400m', home))
      await eventually(
        'an acknowledgement',
        async () => ((await post(refused)).status === 200 ? true : undefined),
        60_000,
      )
      assert.equal((await post(batch())).status, 200)
      assert.equal(await manager.end('SIGTERM'), 0)
      assertStoredOnce(await replayedIds(home), acknowledged)
    },
  )
})
