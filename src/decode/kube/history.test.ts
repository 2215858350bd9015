import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { type AuditParts, auditLine } from '../../../test/support/kube-events.ts'
import { kubeFacts } from './kube-facts.ts'
import { KubeMemory } from './kube-memory.ts'

const atMs = Date.parse('2026-11-22T12:00:00Z')
let count = 0

function facts(parts: AuditParts, memory: KubeMemory, now = atMs): Readonly<Record<string, string>> {
  count += 1
  const event = JSON.parse(auditLine(parts, `id-${count}`, atMs + count))
  const entries = [...kubeFacts(event, memory, now).entries()]
  return Object.fromEntries(entries.map(([name, value]) => [name.slice('kube.'.length), value]))
}

const shop = '/api/v1/namespaces/shop'

describe('what came before', () => {
  const denied = (resource: string): AuditParts => ({ uri: `/api/v1/${resource}`, verb: 'list', code: 403 })
  const kinds = 'pods nodes services secrets events configmaps jobs roles endpoints namespaces'.split(' ')

  it('ten refusals of several kinds within five minutes are many, told again at twice as many', () => {
    const memory = new KubeMemory()
    const told = [...kinds, ...kinds].map(
      (kind, at) => facts(denied(kind), memory, atMs + at * 1000)['attempts.many'],
    )
    assert.deepEqual(
      told.flatMap((value, at) => (value === 'true' ? [at + 1] : [])),
      [10, 20],
    )
  })
  it('the same refused again and again is not many', () => {
    const memory = new KubeMemory()
    const told = Array.from({ length: 40 }, () => facts(denied('nodes'), memory)['attempts.many'])
    assert.ok(told.every((value) => value === undefined))
  })
  it('refusals of six minutes ago are forgotten', () => {
    const memory = new KubeMemory()
    for (const kind of kinds.slice(1)) facts(denied(kind), memory)
    assert.equal(facts(denied('pods'), memory, atMs + 360_000)['attempts.refused'], '1')
  })
  it('the token of a pod is known for an hour when who read it uses it', () => {
    const memory = new KubeMemory()
    const used = (pod: string, now = atMs) => {
      const extra = { 'authentication.kubernetes.io/pod-name': [pod] }
      const parts = { uri: `${shop}/pods`, verb: 'list', user: 'system:serviceaccount:shop:web', extra }
      return facts(parts, memory, now)['actor.token_read_by']
    }
    const read = `${shop}/pods/p/exec?command=cat&command=/var/run/secrets/kubernetes.io/serviceaccount/token`
    facts({ uri: read, verb: 'get', code: 101 }, memory)
    assert.deepEqual([used('p'), used('q'), used('p', atMs + 3_700_000)], ['bob', undefined, undefined])
  })
  const images = [
    { before: 'registry.example.com:5000/web:1', after: 'registry.example.com:5000/web:2', told: undefined },
    {
      before: 'registry.example.com:5000/web:1',
      after: 'registry.example.com:5000/web@sha256:00',
      told: undefined,
    },
    { before: 'registry.example.com:5000/web:1', after: 'evil.example/web:1', told: 'evil.example/web:1' },
    { before: 'nginx:1', after: 'docker.io/library/nginx:2', told: undefined },
    { before: 'nginx:1', after: 'library/nginx', told: undefined },
    { before: 'nginx:1', after: 'attacker/nginx:1', told: 'attacker/nginx:1' },
  ] as const
  for (const { before, after, told } of images) {
    it(`${before} and then ${after}: ${told === undefined ? 'the same image' : 'another'}`, () => {
      const memory = new KubeMemory()
      const request = (image: string) => ({
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image }] },
      })
      facts({ uri: `${shop}/pods`, verb: 'create', request: request(before) }, memory)
      const changed = facts({ uri: `${shop}/pods/p`, verb: 'patch', request: request(after) }, memory)
      assert.equal(changed['pod.image_changed'], told)
    })
  }
})
