import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { containerFacts, maskArgument, registryOf, suspiciousKeys, tagOf } from './container-facts.ts'

const bind = (Source: string, RW = true): object => ({ Type: 'bind', Source, Destination: '/x', RW })

const risks: readonly (readonly [
  name: string,
  host: object,
  mounts: readonly object[],
  risk: readonly string[],
])[] = [
  ['nothing special', { NetworkMode: 'bridge', IpcMode: 'private' }, [], []],
  ['privileged', { Privileged: true, SecurityOpt: ['label=disable'] }, [], ['privileged']],
  ['the socket', {}, [bind('/var/run/docker.sock')], ['runtime-socket']],
  ['the folder of the socket', {}, [bind('/var/run/', false)], ['runtime-socket']],
  ['a socket behind dots', {}, [bind('/srv/../run/containerd/containerd.sock')], ['runtime-socket']],
  ['the root of the host', {}, [bind('/')], ['runtime-socket', 'host-root']],
  ['/etc read-only', {}, [bind('/etc', false)], ['sensitive-mount']],
  ['/etc/shadow', {}, [bind('/etc/shadow')], ['sensitive-mount-rw']],
  ['keys of somebody', {}, [bind('/home/anna/.ssh', false)], ['sensitive-mount']],
  ['a project in a home', {}, [bind('/home/anna/project')], []],
  ['the time zone', {}, [bind('/etc/localtime', false)], []],
  [
    'a volume called /etc',
    {},
    [{ Type: 'volume', Name: 'etc', Source: '/var/lib/docker/volumes/etc/_data' }],
    [],
  ],
  ['pid of the host', { PidMode: 'host' }, [], ['host-pid']],
  ['network of the host', { NetworkMode: 'host' }, [], ['host-network']],
  [
    'namespaces of another',
    { PidMode: 'container:abc', NetworkMode: 'container:abc' },
    [],
    ['joined-pid', 'joined-network'],
  ],
  ['CAP_SYS_ADMIN', { CapAdd: ['CAP_SYS_ADMIN'] }, [], ['capability']],
  ['all', { CapAdd: ['all'] }, [], ['capability']],
  ['NET_ADMIN', { CapAdd: ['NET_ADMIN', 'CHOWN'] }, [], ['capability-net-admin']],
  ['seccomp off', { SecurityOpt: ['seccomp=unconfined'] }, [], ['seccomp-off']],
  ['seccomp off, old spelling', { SecurityOpt: ['seccomp:unconfined'] }, [], ['seccomp-off']],
  ['nothing masked', { SecurityOpt: [], MaskedPaths: [] }, [], ['paths-unmasked']],
  ['a disk', { Devices: [{ PathOnHost: '/dev/sda1' }] }, [], ['host-device']],
  ['a GPU', { Devices: [{ PathOnHost: '/dev/nvidia0' }] }, [], []],
  ['every device', { DeviceCgroupRules: ['a *:* rwm'] }, [], ['host-device']],
  [
    'redis for all',
    { PortBindings: { '6379/tcp': [{ HostIp: '', HostPort: '6379' }] } },
    [],
    ['port-exposed'],
  ],
  ['redis for us', { PortBindings: { '6379/tcp': [{ HostIp: '127.0.0.1', HostPort: '6379' }] } }, [], []],
]

describe('containerFacts()', () => {
  for (const [name, HostConfig, Mounts, risk] of risks) {
    it(`sees the risk of ${name}: ${risk.join(', ') || 'none'}`, () => {
      const { fields } = containerFacts({ Id: 'a', Name: '/web', HostConfig, Mounts })
      assert.deepEqual(fields['risk'] ?? [], risk)
    })
  }

  it('lets names of secrets out, never their values', () => {
    const Config = {
      Image: 'x',
      Env: ['DB_PASSWORD=hunter2', 'AWS_SECRET_ACCESS_KEY=hunter3', 'LANG=C', 'NOVALUE'],
      Cmd: ['run', '--api-key=hunter4'],
    }
    const text = JSON.stringify(containerFacts({ Id: 'a', Name: '/web', Config }))
    assert.doesNotMatch(text, /hunter/)
    assert.match(text, /"suspicious_env":\["DB_PASSWORD","AWS_SECRET_ACCESS_KEY"\]/)
    assert.match(text, /"command":"run --api-key=\*\*\*"/)
  })

  const checks = [
    [
      ['CMD', 'curl', '-f', 'x'],
      ['curl', '-f', 'x'],
    ],
    [
      ['CMD-SHELL', 'test -f /x'],
      ['/bin/sh', '-c', 'test -f /x'],
    ],
    [['NONE'], []],
    [[], []],
  ] as const
  for (const [Test, argv] of checks) {
    it(`knows that health check ${JSON.stringify(Test)} runs ${JSON.stringify(argv)}`, () =>
      assert.deepEqual(containerFacts({ Config: { Healthcheck: { Test } } }).healthcheck, [...argv]))
  }

  for (const inspected of [
    undefined,
    null,
    'x',
    [],
    {},
    { HostConfig: [], Mounts: 'x', Config: { Env: [1] } },
  ])
    it(`makes do with ${JSON.stringify(inspected)}`, () =>
      assert.equal(containerFacts(inspected).privileged, false))
})

const images = [
  ['nginx', 'docker.io', 'latest'],
  ['shop/web:1.4', 'docker.io', '1.4'],
  ['localhost/web', 'localhost', 'latest'],
  ['registry.example.org:5000/a/b:2', 'registry.example.org:5000', '2'],
  ['ghcr.io/a/b@sha256:0', 'ghcr.io', ''],
  [`sha256:${'a'.repeat(64)}`, '', ''],
  ['', '', ''],
] as const
describe('image names', () => {
  for (const [image, registry, tag] of images)
    it(`${image || 'no image'}: registry '${registry}', tag '${tag}'`, () =>
      assert.deepEqual([registryOf(image), tagOf(image)], [registry, tag]))
})

describe('secrets', () => {
  it('suspiciousKeys() takes no value for a key', () =>
    assert.deepEqual(suspiciousKeys(['A=my_password']), []))
  it('maskArgument() leaves ordinary arguments alone', () =>
    assert.equal(maskArgument('--port=80'), '--port=80'))
})
