// What the built-in ruleset makes of recorded attacks on a real API server and of the ordinary work around them.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { packageRoot } from '../../src/version.ts'

interface Label {
  readonly action: string
  readonly label: string
  readonly intent: 'malicious' | 'benign' | 'ambiguous'
  readonly role: 'primary' | 'ancillary' | 'consequence'
}

interface Judged {
  readonly label: Label | undefined
  readonly level: number
  readonly rule: number
  readonly uri: string
}

const reference = process.env['QUAYWATCH_REFERENCE'] ?? path.join(packageRoot, '..', 'shared')
const folder = path.join(reference, 'data', 'kube-audit')
const own = path.join(packageRoot, 'test', 'data', 'kube-audit')
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-recordings-'))
const loaded = loadEngine({ home, hostName: 'manager' })
process.on('exit', () => rmSync(home, { recursive: true }))

const read = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

function judge(file: string, labels: Readonly<Record<string, Label>>): readonly Judged[] {
  const { decoder, rules, memory } = loaded.newSession()
  return read(file).map((line, index) => {
    const { auditID, requestURI, stageTimestamp } = JSON.parse(line)
    const raw = { id: String(index), source: 'kube-audit', location: 'k8s', text: toByteString(line) }
    const event = decoder.decode(new RawEvent({ ...raw, receivedAtMs: Date.parse(stageTimestamp) }))
    assert.ok(event)
    const { rule, alert } = rules.evaluate(event, memory)
    return {
      label: labels[auditID],
      level: alert ? (rule?.level ?? 0) : 0,
      rule: rule?.id ?? 0,
      uri: requestURI,
    }
  })
}

/** Highest level of what an action's own requests, and what controllers did because of them, raised. */
function byAction(judged: readonly Judged[], intent: Label['intent']): ReadonlyMap<string, number> {
  const levels = new Map<string, number>()
  for (const { label, level } of judged) {
    if (label?.intent !== intent || label.role === 'ancillary') continue
    const name = `${label.action} ${label.label}`
    levels.set(name, Math.max(levels.get(name) ?? 0, level))
  }
  return levels
}

function check(name: string, file: string, labelFile: string): void {
  describe(`recording ${name}`, () => {
    const judged = judge(file, JSON.parse(readFileSync(labelFile, 'utf8')))
    const attacks = byAction(judged, 'malicious')

    it('every labelled attack raises an alert', (t) => {
      const missed = [...attacks].flatMap(([action, level]) => (level === 0 ? [action] : []))
      const serious = [...attacks.values()].filter((level) => level >= 7).length
      t.diagnostic(
        `${attacks.size - missed.length} of ${attacks.size} attacks found, ${serious} at level 7 or more`,
      )
      assert.ok(attacks.size > 0)
      assert.deepEqual(missed, [])
    })

    it('ordinary work raises nothing of level 7 or more', () => {
      const noise = judged.filter(
        ({ label, level }) => level >= 7 && (label?.intent ?? 'benign') === 'benign',
      )
      assert.deepEqual(noise, [])
    })
  })
}

check('a part of policy A', path.join(own, 'events.jsonl'), path.join(own, 'labels.json'))
for (const name of ['events-policy-a', 'events-policy-b', 'events-policy-b-v1.20']) {
  const file = path.join(folder, `${name}.jsonl`)
  if (existsSync(file)) check(name, file, path.join(folder, 'labels.json'))
  else void it.skip(`recording ${name}: ${file} is not here`)
}

describe('the rules of the published recipe, in etc/rules/local_rules.xml', () => {
  const recipe = `<group name="k8s_audit,">
  <rule id="110002" level="0">
    <location>k8s</location>
    <field name="apiVersion">audit</field>
    <description>Kubernetes audit log.</description>
  </rule>
  <rule id="110003" level="5">
    <if_sid>110002</if_sid>
    <regex type="pcre2">requestURI\\":.+", \\"verb\\": \\"create</regex>
    <description>Kubernetes request to create resource</description>
  </rule>
  <rule id="110004" level="5">
    <if_sid>110002</if_sid>
    <regex type="pcre2">requestURI\\":.+", \\"verb\\": \\"delete</regex>
    <description>Kubernetes request to delete resource</description>
  </rule>
</group>`
  const cases = [
    { verb: 'create', rule: 110_003 },
    { verb: 'delete', rule: 110_004 },
    { verb: 'get', rule: 0 },
  ]
  for (const { verb, rule } of cases) {
    it(`${verb} of a deployment is ${rule === 0 ? 'no alert' : `rule ${rule}`}`, async () => {
      const { mkdir, writeFile } = await import('node:fs/promises')
      await mkdir(path.join(home, 'etc', 'rules'), { recursive: true })
      await writeFile(path.join(home, 'etc', 'rules', 'local_rules.xml'), recipe)
      const { decoder, rules, memory } = loadEngine({ home, hostName: 'manager' }).newSession()
      const text = `{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "a", "stage": "ResponseComplete", "requestURI": "/apis/apps/v1/namespaces/default/deployments", "verb": "${verb}", "user": {"username": "minikube-user"}, "sourceIPs": ["192.168.49.1"], "objectRef": {"resource": "deployments", "namespace": "default", "name": "hello"}, "responseStatus": {"code": 201}, "stageTimestamp": "2026-11-22T12:00:00Z", "kube": {"cluster": "default"}}`
      const event = decoder.decode(
        new RawEvent({ id: 'x', source: 'kube-audit', location: 'k8s', receivedAtMs: 0, text }),
      )
      assert.ok(event)
      assert.equal(rules.evaluate(event, memory).alert?.rule.id ?? 0, rule)
    })
  }
})
