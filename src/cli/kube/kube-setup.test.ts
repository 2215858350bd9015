import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { parse, stringify } from 'yaml'

import { auditPolicy } from './audit-policy.ts'
import { instructions, kindConfig, kubeadmConfig, rancherConfig } from './instructions.ts'
import { patchedManifest } from './manifest.ts'
import { parseAddress, webhookConfig } from './webhook-config.ts'

const addresses = [
  { text: '10.0.0.5', is: { host: '10.0.0.5', port: 8080 } },
  { text: 'audit.example.org:443', is: { host: 'audit.example.org', port: 443 } },
  { text: '[fd00::1]:9000', is: { host: 'fd00::1', port: 9000 } },
  { text: 'fd00::1', is: { host: 'fd00::1', port: 8080 } },
  { text: '', is: undefined },
  { text: '10.0.0.5:0', is: undefined },
  { text: '10.0.0.5:70000', is: undefined },
  { text: 'https://10.0.0.5', is: undefined },
  { text: 'a b', is: undefined },
] as const

interface PolicyRule {
  readonly level: string
  readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[]
}
interface Policy {
  readonly apiVersion: string
  readonly omitStages: readonly string[]
  readonly rules: readonly PolicyRule[]
}

describe('parseAddress()', () => {
  for (const { text, is } of addresses)
    it(`${JSON.stringify(text)} is ${JSON.stringify(is)}`, () => assert.deepEqual(parseAddress(text), is))
})

describe('audit policy', () => {
  for (const profile of ['minimal', 'full'] as const) {
    const policy: Policy = parse(stringify(auditPolicy(profile)))
    /** Level of the first rule that names the resource, as the API server decides. */
    const level = (group: string, resource: string) =>
      policy.rules.find(({ resources = [] }) =>
        resources.some((one) => one.group === group && (one.resources?.includes(resource) ?? true)),
      )?.level

    it(`${profile}: secrets and configuration never show their content`, () => {
      assert.equal(level('', 'secrets'), 'Metadata')
      assert.equal(level('', 'configmaps'), 'Metadata')
    })
    it(`${profile}: the answer to a token request, which holds the token, is not recorded`, () =>
      assert.notEqual(
        policy.rules
          .filter((rule) => rule.level !== 'None')
          .find(({ resources = [] }) =>
            resources.some((one) => one.resources?.includes('serviceaccounts/token')),
          )?.level,
        'RequestResponse',
      ))
    it(`${profile}: pods, roles and network policies come with bodies`, () => {
      assert.equal(level('', 'pods'), 'RequestResponse')
      assert.equal(level('rbac.authorization.k8s.io', 'clusterroles'), 'RequestResponse')
      assert.equal(level('networking.k8s.io', 'networkpolicies'), 'RequestResponse')
    })
    it(`${profile}: everything else is recorded at least as metadata`, () => {
      assert.equal(policy.rules.at(-1)?.level, 'Metadata')
      assert.deepEqual(Object.keys(policy.rules.at(-1) ?? {}), ['level'])
      assert.deepEqual([policy.apiVersion, policy.omitStages], ['audit.k8s.io/v1', ['RequestReceived']])
    })
  }
})

describe('webhookConfig()', () => {
  it('is a kubeconfig with everything inside', () => {
    const pair = { certificate: 'CERT', key: 'KEY' }
    assert.deepEqual(parse(stringify(webhookConfig({ host: 'fd00::1', port: 8080 }, 'CA', pair))), {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'quaywatch',
          cluster: { server: 'https://[fd00::1]:8080/', 'certificate-authority-data': 'Q0E=' },
        },
      ],
      users: [
        {
          name: 'kube-apiserver',
          user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' },
        },
      ],
      contexts: [{ name: 'quaywatch', context: { cluster: 'quaywatch', user: 'kube-apiserver' } }],
      'current-context': 'quaywatch',
      preferences: {},
    })
  })
})

const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver # kept
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address=10.0.0.1
    - --audit-policy-file=/old.yaml
    name: kube-apiserver
    volumeMounts:
    - mountPath: /etc/ssl/certs
      name: ca-certs
  volumes:
  - hostPath:
      path: /etc/ssl/certs
    name: ca-certs
`

describe('patchedManifest()', () => {
  const once = patchedManifest(manifest)
  it('sets our flags, keeps the others and the comments', () => {
    const { command } = parse(once).spec.containers[0]
    assert.ok(command.includes('--advertise-address=10.0.0.1'))
    assert.deepEqual(
      command.filter((flag: string) => flag.startsWith('--audit-policy-file')),
      ['--audit-policy-file=/etc/kubernetes/audit/audit-policy.yaml'],
    )
    assert.ok(command.includes('--audit-webhook-batch-throttle-enable=false'))
    assert.match(once, /kube-apiserver # kept/)
  })
  it('mounts the folder of the files', () => {
    const { containers, volumes } = parse(once).spec
    assert.deepEqual(containers[0].volumeMounts[1], {
      mountPath: '/etc/kubernetes/audit',
      name: 'quaywatch-audit',
      readOnly: true,
    })
    assert.deepEqual(volumes[1], {
      hostPath: { path: '/etc/kubernetes/audit', type: 'Directory' },
      name: 'quaywatch-audit',
    })
  })
  it('done twice it changes nothing', () => assert.equal(patchedManifest(once), once))
  for (const text of ['', 'a: [', 'kind: Pod', 'spec: {containers: [{command: [etcd]}]}'])
    it(`${JSON.stringify(text)} is refused with a sentence`, () =>
      assert.throws(() => patchedManifest(text), /^Error: the manifest is /))
})

describe('files for other distributions', () => {
  it('kind mounts the folder into its node', () => {
    const { nodes } = parse(kindConfig('/home/me/audit'))
    assert.deepEqual(nodes[0].extraMounts, [
      { hostPath: '/home/me/audit', containerPath: '/etc/kubernetes/audit', readOnly: true },
    ])
  })
  it('kind finds a patch for each version of kubeadm that it may write: flags as a map, and as a list', () => {
    const { nodes } = parse(kindConfig('/home/me/audit'))
    const [older, newer, ...others] = nodes[0].kubeadmConfigPatches.map((patch: string) => parse(patch))
    assert.deepEqual(others, [])
    assert.deepEqual([older.kind, newer.kind], ['ClusterConfiguration', 'ClusterConfiguration'])
    assert.equal(older.apiVersion, 'kubeadm.k8s.io/v1beta3')
    assert.equal(older.apiServer.extraArgs['audit-webhook-batch-max-size'], '400')
    assert.equal(newer.apiVersion, 'kubeadm.k8s.io/v1beta4')
    assert.deepEqual(newer.apiServer.extraArgs[3], { name: 'audit-webhook-batch-max-size', value: '400' })
    for (const { apiServer } of [older, newer])
      assert.deepEqual(apiServer.extraVolumes, [
        {
          name: 'quaywatch-audit',
          hostPath: '/etc/kubernetes/audit',
          mountPath: '/etc/kubernetes/audit',
          readOnly: true,
          pathType: 'Directory',
        },
      ])
  })
  it('every value of a flag is text, as kubeadm demands', () => {
    const { apiServer } = parse(kubeadmConfig('v1beta4'))
    for (const { name, value } of apiServer.extraArgs) assert.equal(typeof value, 'string', name)
    const older = parse(kubeadmConfig('v1beta3')).apiServer.extraArgs
    for (const [name, value] of Object.entries(older)) assert.equal(typeof value, 'string', name)
  })
  it('only flags that an API server has', () => {
    const known = `config-file mode version initial-backoff batch-buffer-size batch-max-size batch-max-wait batch-throttle-enable
      batch-throttle-qps batch-throttle-burst truncate-enabled truncate-max-batch-size truncate-max-event-size`
    const flags = ['audit-policy-file', ...known.split(/\s+/).map((name) => `audit-webhook-${name}`)]
    const ours: readonly { readonly name: string }[] = parse(kubeadmConfig('v1beta4')).apiServer.extraArgs
    assert.deepEqual(
      ours.filter(({ name }) => !flags.includes(name)),
      [],
    )
  })
  it('minikube gets its flags on one command line, with files where its API server sees them', () => {
    const text = instructions({ address: '10.0.0.5:8080', cluster: 'c', folder: '/f', expires: '2029-01-01' })
    const lines = text.split('\n').filter((line) => line.includes('--extra-config='))
    assert.equal(lines.length, 11)
    assert.equal(
      lines[0],
      '    --extra-config=apiserver.audit-policy-file=/etc/ssl/certs/audit-policy.yaml \\',
    )
    assert.equal(lines.at(-1)?.endsWith('\\'), false)
  })
  it('k3s and RKE2 get flags as name=value, added to those of other files', () =>
    assert.equal(
      parse(rancherConfig('/x'))['kube-apiserver-arg+'][0],
      'audit-policy-file=/x/audit-policy.yaml',
    ))
  it('the instructions name every kind of cluster', () => {
    const text = instructions({ address: '10.0.0.5:8080', cluster: 'c', folder: '/f', expires: '2029-01-01' })
    for (const name of ['kubeadm', 'minikube', 'kind', 'k3s', 'RKE2', 'OpenShift', 'EKS'])
      assert.match(text, new RegExp(name))
  })
})
