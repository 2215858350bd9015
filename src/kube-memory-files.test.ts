import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { auditLine, type AuditParts } from '../test/support/kube-events.ts'
import { projectRoot } from '../test/support/manager-process.ts'
import { keptEntries } from './decode/kube/kept-memory.ts'
import { kubeFacts } from './decode/kube/kube-facts.ts'
import { KubeMemory } from './decode/kube/kube-memory.ts'
import { KubeMemoryFiles } from './kube-memory-files.ts'

const startMs = Date.parse('2026-11-22T12:00:00Z')
const hourMs = 3_600_000

describe('KubeMemoryFiles', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-kube-memory-'))
  after(() => rmSync(home, { recursive: true, force: true }))
  const folder = path.join(home, 'data', 'kube-memory')
  const told: string[] = []
  const files = new KubeMemoryFiles(home, (file, error) =>
    told.push(`${path.basename(file)}: ${String(error)}`),
  )
  const withPod = (name: string): KubeMemory => {
    const memory = new KubeMemory()
    memory.pods.set(`default shop ${name}`, {
      risks: 'privileged',
      createdBy: 'bob',
      createdAtMs: startMs,
      enteredBy: undefined,
    })
    return memory
  }
  const pods = (memory: KubeMemory) => [...memory.pods.entries()].map(([key]) => key)

  it('gives an empty memory when there is none', async () => {
    const { memory, untilMs } = await files.before(startMs)
    assert.deepEqual([...keptEntries(memory)], [])
    assert.equal(untilMs, startMs)
    assert.deepEqual(told, [])
  })

  it('writes nothing when nothing is known', async () => {
    await files.write(new KubeMemory(), startMs, startMs)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('gives the newest that is older, from a minute before it on', async () => {
    for (const [name, atMs] of [
      ['a', startMs],
      ['b', startMs + hourMs],
      ['c', startMs + 2 * hourMs],
    ] as const)
      await files.write(withPod(name), atMs, startMs)
    const { memory, untilMs } = await files.before(startMs + 1.5 * hourMs)
    assert.deepEqual(pods(memory), ['default shop b'])
    assert.equal(untilMs, startMs + hourMs - 60_000)
  })

  it('removes those that a newer one replaces, and what a crash left', async () => {
    writeFileSync(path.join(folder, '1.jsonl.new'), '{')
    const atMs = startMs + 3 * hourMs
    await files.write(withPod('d'), atMs, startMs + 2.5 * hourMs)
    assert.deepEqual(readdirSync(folder).toSorted(), [`${startMs + 2 * hourMs}.jsonl`, `${atMs}.jsonl`])
  })

  it('keeps one in ten minutes when it writes more often', async () => {
    const often = new KubeMemoryFiles(path.join(home, 'often'), () => {})
    for (const minute of [0, 3, 6, 11, 12, 23, 24])
      await often.write(withPod('a'), startMs + minute * 60_000, startMs)
    const kept = readdirSync(path.join(home, 'often', 'data', 'kube-memory')).toSorted()
    assert.deepEqual(
      kept.map((name) => (Number.parseInt(name, 10) - startMs) / 60_000),
      [0, 11, 23, 24],
    )
  })

  for (const [how, damage] of [
    ['without its end', (text: string) => text.slice(0, text.lastIndexOf('{'))],
    ['of another version', (text: string) => text.replace('{"version":1}', '{"version":2}')],
    ['with a line that is none', (text: string) => text.replace('"pods"', '"pots"')],
    ['with bytes that are no JSON', (text: string) => text.replace('["pods"', '[pods')],
  ] as const)
    it(`takes the one before a file ${how}, and tells`, async () => {
      const atMs = startMs + 5 * hourMs
      await files.write(withPod('e'), atMs, startMs)
      const file = path.join(folder, `${atMs}.jsonl`)
      writeFileSync(file, damage(readFileSync(file, 'utf8')))
      told.length = 0
      assert.deepEqual(pods((await files.before(startMs + 9 * hourMs)).memory), ['default shop d'])
      assert.equal(told.length, 1)
      assert.ok(told[0]?.startsWith(`${atMs}.jsonl: `))
      rmSync(file)
    })

  it('tells when it cannot write, and goes on', async () => {
    const blocked = path.join(home, 'blocked')
    writeFileSync(blocked, '')
    const failures: string[] = []
    const elsewhere = new KubeMemoryFiles(blocked, (file) => failures.push(path.basename(file)))
    await elsewhere.write(withPod('f'), startMs, startMs)
    assert.deepEqual(failures, [`${startMs}.jsonl`])
  })

  it('keeps what later events need: the facts of recorded events are the same', async () => {
    const place = path.join(home, 'recorded')
    const kept = new KubeMemoryFiles(place, (file, error) => assert.fail(`${file}: ${String(error)}`))
    const recorded = readFileSync(path.join(projectRoot, 'test/data/kube-audit/events.jsonl'), 'utf8')
    const events = [...constructed(), ...recorded.trimEnd().split('\n')]
    const factsOf = (line: string, memory: KubeMemory) =>
      [...kubeFacts(JSON.parse(line), memory, startMs).entries()].filter(
        ([name]) => !/^kube\.(?:attempts\.|audit_id_reused)/.test(name),
      )
    const before = new KubeMemory()
    for (const line of events) factsOf(line, before)
    await kept.write(before, startMs, startMs)
    const { memory } = await kept.before(startMs + hourMs)
    const parts = new Set([...keptEntries(before)].map(([part]) => part))
    assert.deepEqual([...keptEntries(memory)], [...keptEntries(before)])
    assert.ok(parts.size >= 12, [...parts].join(' '))
    const fresh = new KubeMemory()
    let others = 0
    for (const line of events) {
      const facts = factsOf(line, before)
      assert.deepEqual(factsOf(line, memory), facts)
      if (JSON.stringify(factsOf(line, fresh)) !== JSON.stringify(facts)) others += 1
    }
    assert.ok(others > 10, `a memory of nothing gives other facts for ${others} events`)
  })
})

function constructed(): readonly string[] {
  const shop = '/api/v1/namespaces/shop'
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  const parts: readonly AuditParts[] = [
    {
      uri: hooks,
      verb: 'create',
      request: { metadata: { name: 'guard' }, webhooks: [{ name: 'a.b.c', failurePolicy: 'Fail' }] },
      response: { metadata: { name: 'guard' }, webhooks: [{ name: 'a.b.c', failurePolicy: 'Fail' }] },
    },
    { uri: `${shop}/secrets`, verb: 'create', name: 'token', request: { metadata: { name: 'token' } } },
    {
      uri: `${rbac}/clusterrolebindings`,
      verb: 'create',
      request: {
        metadata: { name: '__proto__' },
        roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'User', name: 'mallory' }],
      },
    },
  ]
  return parts.map((part, at) => auditLine(part, `made-${at}`, startMs + at))
}
