// What rules remember survives a kill: memory is rebuilt from stored events, and stored alerts are those that stored events give.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { AuditClient, auditEvent } from '../support/audit-client.ts'
import { quaywatch, startManager, temporaryFolder } from '../support/manager-process.ts'

const localRules = `<group name="local,">
<rule id="100600" level="12" frequency="4" timeframe="600">
<if_matched_sid>401203</if_matched_sid><description>Secrets are read again and again.</description></rule>
</group>`

interface StoredDocument {
  readonly timestamp: string
  readonly location: string
  readonly full_log: string
  readonly rule?: { readonly id: string; readonly level: number }
}

async function stored(home: string, dataset: string): Promise<readonly StoredDocument[]> {
  const args = ['search', '--home', home, '--dataset', dataset, '--oldest', '--format', 'ndjson']
  const { stdout, code, stderr } = await quaywatch(args)
  assert.equal(code, 0, stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line): StoredDocument => JSON.parse(line))
}

describe('kill -9 between the events of a sequence', () => {
  it(
    'changes nothing: the rule fires, and alerts are what the events give',
    { timeout: 300_000 },
    async (t) => {
      const home = temporaryFolder(t, 'sequence')
      mkdirSync(path.join(home, 'etc', 'rules'), { recursive: true })
      writeFileSync(path.join(home, 'etc', 'rules', 'local_rules.xml'), localRules)
      const client = await AuditClient.setUp(home, 1)
      t.after(() => client.close())
      for (const length of [1, 2, 3]) {
        const manager = await startManager(t, home)
        for (let count = 0; count < length; count++) {
          const { status } = await client.post(manager.ports['kube_audit'] ?? 0, [auditEvent(randomUUID())])
          assert.equal(status, 200)
        }
        assert.equal(await manager.end('SIGKILL'), 'SIGKILL')
      }
      const alerts = await stored(home, 'alerts')
      const ofSequence = alerts.map(({ rule }) => rule?.id).filter((id) => id === '401203' || id === '100600')
      assert.deepEqual(ofSequence, ['401203', '401203', '401203', '100600', '401203', '401203'])
      const events = await stored(home, 'events')
      const lines = events.map(({ timestamp, location, full_log: log }) =>
        JSON.stringify({ log, location, at: timestamp }),
      )
      const again = await quaywatch(
        ['logtest', '--json', '--input-json', '--home', home],
        `${lines.join('\n')}\n`,
      )
      assert.equal(again.code, 0, again.stderr)
      const recomputed = again.stdout
        .trim()
        .split('\n')
        .flatMap((line) => {
          const { alert, output }: { alert: boolean; output: StoredDocument } = JSON.parse(line)
          return alert ? [output.rule?.id] : []
        })
      assert.deepEqual(
        recomputed,
        alerts.map(({ rule }) => rule?.id),
      )
    },
  )
})
