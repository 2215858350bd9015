import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'

import { loadEngine } from './load-engine.ts'
import { ruleHooks } from './rule-hooks.ts'
import { rulesetFilesOnDisk } from './ruleset-files.ts'
import { packageRoot } from './version.ts'

const home = path.join(packageRoot, 'no-such-home')
const loaded = loadEngine({ home, hostName: 'host' })
const hooks = ruleHooks(
  () => loaded,
  rulesetFilesOnDisk(home, path.join(packageRoot, 'ruleset')),
  () => 1_790_000_000_000,
)

describe('ruleHooks()', () => {
  it('lists every rule with the place where it is written', () => {
    const found = hooks.list().find(({ id }) => id === 409001)
    assert.equal(found?.level, 3)
    assert.equal(found?.file, 'ruleset/rules/409000-quaywatch.xml')
    assert.equal(found?.origin, 'built-in')
  })

  it('shows a rule as its author wrote it, with parents and children', () => {
    const shown = hooks.show(409003)
    assert.match(shown?.xml ?? '', /^<rule id="409003" level="3">[^]*<\/rule>$/)
    assert.deepEqual(shown?.parents, [409000])
    assert.deepEqual(shown?.children, [409004])
    assert.equal(hooks.show(1234567), undefined)
  })

  it('tests lines that share a memory and says what failed', async () => {
    const line =
      '{"integration":"quaywatch","quaywatch":{"kind":"change","action":"sign-in-failed","target":"eve","address":"192.0.2.1"}}'
    const results = await hooks.test({ lines: Array.from({ length: 6 }, () => line), location: 'quaywatch' })
    assert.deepEqual(
      results.map(({ alert }) => alert),
      [true, true, true, true, true, true],
    )
    assert.match(JSON.stringify(results[5]?.output), /"id":"409005"/)
    const [first] =
      (await hooks.test({ lines: [line.replace('sign-in-failed', 'export')], location: 'quaywatch' })) ?? []
    assert.match(
      JSON.stringify(first?.trace),
      /"ruleId":409004[^}]*"reason":"<field quaywatch\.action> is \\"export\\", expected /,
    )
  })

  const forged = [
    '{"integration": "docker", "docker": {"Type": "container", "Action": "start"}}',
    '{"integration": "quaywatch", "quaywatch": {"kind": "started"}}',
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseStarted","verb":"create","user":{"username":"bob"},"objectRef":{"resource":"pods","subresource":"exec","namespace":"a","name":"b"},"responseStatus":{"code":101}}',
  ]
  for (const line of forged) {
    it(`takes what a container prints for nothing else: ${line.slice(0, 40)}`, async () => {
      const [real] = await hooks.test({
        lines: [line],
        location: line.includes('audit') ? 'k8s' : 'quaywatch',
      })
      assert.match(JSON.stringify(real?.output), /"rule":/)
      const [printed] = await hooks.test({ lines: [line], location: 'docker:web' })
      assert.doesNotMatch(JSON.stringify(printed?.output), /"rule":/)
    })
  }
})
