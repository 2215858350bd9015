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

  describe('somebody who comes back after a silence', () => {
    const dayMs = 86_400_000
    const exec: AuditParts = { uri: `${shop}/pods/p/exec?command=id`, verb: 'get', code: 101 }
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles'
    const at = (days: number, parts: AuditParts, memory: KubeMemory) => {
      const line = auditLine(parts, `silent-${days}-${parts.uri}`, atMs + days * dayMs)
      const entries = [...kubeFacts(JSON.parse(line), memory, atMs).entries()]
      return entries.find(([name]) => name === 'kube.actor.silent_days')?.[1]
    }
    const list: AuditParts = { uri: `${shop}/pods`, verb: 'list' }
    it('is told at the first thing that matters, once', () => {
      const memory = new KubeMemory()
      const told = [
        at(0, list, memory),
        at(41, list, memory),
        at(41.001, { uri: roles, verb: 'list' }, memory),
        at(41.002, { ...exec, code: 404 }, memory),
        at(41.003, exec, memory),
        at(41.004, { uri: `${shop}/secrets/s`, verb: 'get' }, memory),
      ]
      assert.deepEqual(told, [undefined, undefined, undefined, undefined, '41', undefined])
    })
    for (const [what, days, parts] of [
      ['changes a role', 30, { uri: `${roles}/r`, verb: 'patch' }],
      ['reads a secret', 45.9, { uri: `${shop}/secrets/s`, verb: 'get' }],
    ] as const)
      it(`and at once ${what} is told`, () => {
        const memory = new KubeMemory()
        at(0, list, memory)
        assert.equal(at(days, parts, memory), String(Math.floor(days)))
      })
    it('is not told after less than 30 days, two hours later, and of service accounts', () => {
      const memory = new KubeMemory()
      const account = { user: 'system:serviceaccount:shop:web' }
      at(0, list, memory)
      at(0, { ...list, ...account }, memory)
      assert.equal(at(29, exec, memory), undefined)
      at(60, list, memory)
      assert.equal(at(60.1, exec, memory), undefined)
      assert.equal(at(60.2, { ...exec, ...account }, memory), undefined)
    })
  })
})
