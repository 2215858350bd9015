// The main job end to end, as a new user meets it: a process, real requests, files and commands.
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import {
  alertLines,
  eventually,
  quaywatch,
  startManager,
  statusOf,
  temporaryFolder,
  withoutDocker,
} from '../support/manager-process.ts'

function ruleIds(home: string): readonly string[] {
  return alertLines(home).map(({ rule }) =>
    typeof rule === 'object' && rule !== null && 'id' in rule ? String(rule.id) : '',
  )
}

describe('quaywatch manager', () => {
  it(
    'starts without any configuration, says where it listens, and stops cleanly',
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'start')
      const manager = await startManager(t, home, '', { DOCKER_HOST: `unix://${home}/no-engine.sock` })
      const printed = await eventually('the sign-in link', () =>
        manager.printed().includes('Rules') ? manager.printed() : undefined,
      )
      assert.match(printed, new RegExp(`https://127\\.0\\.0\\.1:${manager.ports['dashboard']}/\\S+`))
      assert.match(printed, /docker-listener +waiting: /)
      assert.match(printed, /→ /, 'it says what to do without a Docker engine')
      assert.match(printed, new RegExp(`kube-audit .*${manager.ports['kube_audit']}`))
      assert.equal(await statusOf(manager.ports['dashboard'] ?? 0, '/healthz'), 200)
      assert.equal(await statusOf(manager.ports['dashboard'] ?? 0, '/api/v1/search'), 401)
      assert.equal(statSync(path.join(home, 'etc/certs')).mode & 0o077, 0)
      assert.equal(await manager.end('SIGTERM'), 0)
      assert.equal(await statusOf(manager.ports['dashboard'] ?? 0, '/healthz'), 0)
    },
  )

  it('tells about itself in alerts.json', { timeout: 600_000 }, async (t) => {
    const home = temporaryFolder(t, 'self')
    const manager = await startManager(t, home)
    await eventually('alert 409001', () => ruleIds(home).find((id) => id === '409001'))
    assert.equal(await manager.end('SIGINT'), 0)
  })

  it(
    'reads changed rules at SIGHUP and keeps the old ones when they are broken',
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'reload')
      const manager = await startManager(t, home)
      const rules = path.join(home, 'etc/rules/local_rules.xml')
      const own = (level: string) =>
        `<group name="local,"><rule id="100001" level="${level}"><if_sid>409006</if_sid><description>mine</description></rule></group>`
      writeFileSync(rules, own('17'))
      manager.child.kill('SIGHUP')
      await eventually('alert 409007', () => ruleIds(home).find((id) => id === '409007'))
      assert.match(manager.printed(), /local_rules\.xml:1:\d+: fatal: /)
      writeFileSync(rules, own('7'))
      manager.child.kill('SIGHUP')
      await eventually('alert 100001', () => ruleIds(home).find((id) => id === '100001'))
      assert.equal(await manager.end('SIGTERM'), 0)
    },
  )

  it('gives no alert the id of an earlier run or of rules before', { timeout: 600_000 }, async (t) => {
    const home = temporaryFolder(t, 'ids')
    const ids = (): string[] => alertLines(home).map(({ id }) => String(id))
    for (const run of [1, 2, 3]) {
      const manager = await startManager(t, home, withoutDocker)
      await eventually(
        'alert 409001',
        () => ruleIds(home).filter((id) => id === '409001').length === run || undefined,
      )
      manager.child.kill('SIGHUP')
      await eventually(
        'alert 409006',
        () => ruleIds(home).filter((id) => id === '409006').length === run || undefined,
      )
      assert.equal(await manager.end('SIGTERM'), 0)
    }
    assert.ok(ids().length >= 6)
    const numbers = ids().map((id) => Number(id.split('.')[1]))
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((left, right) => left - right),
    )
  })

  it('refuses a broken configuration with file, line and column, and exit code 1', async (t) => {
    const home = temporaryFolder(t, 'broken')
    const config = path.join(home, 'ossec.conf')
    writeFileSync(
      config,
      '<ossec_config>\n  <dashboard><port>eighty</port></dashboard>\n  <alerts><log_alert_level>x</log_alert_level></alerts>\n</ossec_config>',
    )
    const { code, stderr } = await quaywatch(['manager', '--home', home, '--config', config])
    assert.equal(code, 1)
    assert.match(stderr, /ossec\.conf:2:20: fatal: <port> of <dashboard> must be/)
    assert.match(stderr, /ossec\.conf:3:28: fatal: <log_alert_level> of <alerts> must be/)
  })

  it('refuses a home that another manager uses', { timeout: 600_000 }, async (t) => {
    const home = temporaryFolder(t, 'twice')
    const manager = await startManager(t, home)
    const second = await quaywatch(['manager', '--home', home, '--config', path.join(home, 'test.conf')])
    assert.equal(second.code, 1)
    assert.match(second.stderr, new RegExp(String(manager.child.pid)))
    assert.equal(await statusOf(manager.ports['dashboard'] ?? 0, '/healthz'), 200)
    assert.equal(await manager.end('SIGTERM'), 0)
  })

  it(
    'search finds the same documents while the manager runs and when it does not',
    { timeout: 600_000 },
    async (t) => {
      const home = temporaryFolder(t, 'search')
      const manager = await startManager(t, home, withoutDocker)
      await eventually('alert 409001', () => ruleIds(home).find((id) => id === '409001'))
      const search = () => quaywatch(['search', 'rule.id: 409001', '--home', home, '--format', 'ndjson'])
      const during = await search()
      assert.equal(during.code, 0, during.stderr)
      assert.equal(await manager.end('SIGTERM'), 0)
      const after = await search()
      assert.equal(after.stdout, during.stdout)
      assert.equal(after.stdout, readFileSync(path.join(home, 'logs/alerts/alerts.json'), 'utf8'))
    },
  )
})
