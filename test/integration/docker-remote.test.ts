// Engines that are not on a socket of this host: TCP with TLS, ssh, and Podman's service.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { checkEngine } from '../../src/sources/docker/check-engine.ts'
import type { DockerSource } from '../../src/sources/docker/docker-source.ts'
import { engineAddress, type Environment } from '../../src/sources/docker/engine-address.ts'
import { CollectedSource } from '../support/collected-source.ts'
import { dockerSource } from '../support/docker-source.ts'
import { engineMissing, image, startEngine, type Engine } from '../support/dockerd.ts'
import { eventually, patienceMs } from '../support/manager-process.ts'
import { makeTlsFiles, type TlsFiles } from '../support/tls-files.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: engines behind TLS and ssh: ${missing}`)
const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-remote-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

function sourceOf(host: string, environment: Environment, name: string): DockerSource {
  return dockerSource([host], path.join(folder, name), { environment })
}

const isCreated = (name: string) => (text: string) =>
  text.includes('"Action": "create"') && text.includes(`"name": "${name}"`)
/** At once, or once more when the facts came late. */
const isCreatedWithFacts = (name: string) => (text: string) =>
  isCreated(name)(text) && text.includes('"container": {')
const connected = (text: string): boolean => text.includes('"Connected to Docker service"')

describe('engines on other hosts', { skip: missing !== undefined, timeout: 900_000 }, () => {
  let engine: Engine
  let tls: TlsFiles
  let port = ''
  before(async () => {
    tls = makeTlsFiles(path.join(folder, 'tls'))
    const file = (name: string): string => path.join(tls.server, name)
    const listens = ['-H', 'tcp://127.0.0.1:0', '--tlsverify', '--tlscacert', file('ca.pem')]
    engine = await startEngine([...listens, '--tlscert', file('cert.pem'), '--tlskey', file('key.pem')])
    port = /API listen on 127\.0\.0\.1:(\d+)/.exec(engine.log())?.[1] ?? 'none'
  })
  after(() => engine.remove())

  it('are read over TLS with certificates on both sides', async () => {
    const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls.client }
    const source = new CollectedSource(sourceOf(`tcp://localhost:${port}`, environment, 'tls-home'))
    await source.until('connected', connected)
    await engine.docker('create', '--name', 'overtls', '--network', 'none', '--privileged', image)
    const { text } = await source.until('create', isCreatedWithFacts('overtls'))
    assert.match(text, /"Privileged": "true"/)
    await source.stop()
  })

  const wrong = [
    {
      what: 'without certificates',
      environment: {},
      says: /not a Docker engine|HTTP request to an HTTPS|bad request|hung up/i,
    },
    {
      what: 'with certificates of somebody else',
      environment: () => ({
        DOCKER_TLS_VERIFY: '1',
        DOCKER_CERT_PATH: makeTlsFiles(path.join(folder, 'other')).client,
      }),
      says: /not signed by ca\.pem/,
    },
    {
      what: 'with a folder that has no certificates',
      environment: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nonexistent' },
      says: /Certificates are missing/,
    },
  ]
  for (const { what, environment, says } of wrong)
    it(`are explained ${what}`, async () => {
      const made = typeof environment === 'function' ? environment() : environment
      const { state, detail, advice } = await checkEngine(engineAddress(`tcp://localhost:${port}`, made))
      assert.equal(state, 'error')
      assert.match(`${detail} ${advice}`, says)
    })

  it('are read through ssh, as the docker command does it', async () => {
    const bin = path.join(folder, 'bin')
    mkdirSync(bin)
    const asked = path.join(folder, 'asked')
    // Whatever ssh would run there is run here; the last four words are the command.
    const script = `#!/bin/sh\necho "$@" >> ${asked}\nexec docker -H ${engine.host} system dial-stdio\n`
    writeFileSync(path.join(bin, 'ssh'), script)
    chmodSync(path.join(bin, 'ssh'), 0o755)
    const before = process.env['PATH']
    process.env['PATH'] = `${bin}:${before}`
    try {
      const source = new CollectedSource(sourceOf('ssh://watch@quay-2:2222', {}, 'ssh-home'))
      await source.until('connected', connected)
      await engine.docker('create', '--name', 'overssh', '--network', 'none', '--privileged', image)
      const { text } = await source.until('create', isCreatedWithFacts('overssh'))
      assert.match(text, /"Privileged": "true"/)
      await source.stop()
    } finally {
      process.env['PATH'] = before
    }
    const lines = readFileSync(asked, 'utf8').trim().split('\n')
    assert.equal(
      lines[0],
      '-o BatchMode=yes -o ConnectTimeout=10 -T -l watch -p 2222 -- quay-2 docker system dial-stdio',
    )
    assert.ok(lines.length <= 10, `${lines.length} connections`)
  })

  it('say through doctor what ssh complained about', async () => {
    const { state, detail, advice } = await checkEngine(engineAddress('ssh://nobody@127.0.0.1:1', {}))
    assert.equal(state, 'error')
    assert.match(detail, /ssh (?:ended|cannot be run): /)
    assert.match(advice ?? '', /docker system dial-stdio/)
  })
})

const noPodman =
  process.getuid?.() !== 0 || spawnSync('which', ['podman', 'busybox']).status !== 0
    ? 'podman needs root and the Debian packages podman, busybox-static'
    : undefined
if (noPodman !== undefined) console.error(`SKIPPED: Podman's service: ${noPodman}`)

describe("Podman's service", { skip: noPodman !== undefined, timeout: 900_000 }, () => {
  const place = path.join(folder, 'podman')
  const socket = path.join(place, 'podman.sock')
  const options = ['--root', `${place}/root`, '--runroot', `${place}/run`, '--storage-driver', 'vfs']
  const cgroups = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--tmpdir', `${place}/tmp`]
  const podman = (...args: readonly string[]) =>
    spawnSync('podman', [...options, ...cgroups, ...args], { encoding: 'utf8', timeout: patienceMs })
  let service: ChildProcess
  before(async () => {
    mkdirSync(path.join(place, 'rootfs', 'bin'), { recursive: true })
    spawnSync('sh', [
      '-c',
      `cp "$(command -v busybox)" ${place}/rootfs/bin/ && ln -s busybox ${place}/rootfs/bin/sleep`,
    ])
    spawnSync('tar', ['-cf', `${place}/image.tar`, '-C', `${place}/rootfs`, '.'])
    const { status, stderr } = podman('import', `${place}/image.tar`, 'localhost/shop/web:1.4')
    assert.equal(status, 0, stderr)
    service = spawn('podman', [...options, ...cgroups, 'system', 'service', '--time=0', `unix://${socket}`], {
      stdio: 'ignore',
    })
    await eventually('the socket', () => (existsSync(socket) ? true : undefined))
  })
  after(() => void service.kill())

  it('is read like a Docker engine: events, facts and what exists', async () => {
    const source = sourceOf(`unix://${socket}`, {}, 'podman-home')
    const collected = new CollectedSource(source)
    await collected.until('connected', connected)
    const made = podman(
      'create',
      '--name',
      'pod1',
      '--privileged',
      '--network',
      'none',
      'localhost/shop/web:1.4',
      'sleep',
      '9',
    )
    assert.equal(made.status, 0, made.stderr)
    const { text } = await collected.until('create', isCreated('pod1'))
    assert.match(
      text,
      /^\{"integration": "docker", "docker": \{"status": "create", "id": "[0-9a-f]{64}", "from": /,
    )
    const withFacts = await collected.until('facts', isCreatedWithFacts('pod1'))
    assert.match(withFacts.text, /"Privileged": "true"/)
    const container = await eventually('the container', () =>
      source.inventory()[0]?.containers.find(({ name, inspected }) => name === 'pod1' && inspected),
    )
    assert.deepEqual(container.risks, ['privileged'])
    podman('rm', 'pod1')
    await collected.until(
      'removal',
      (line) => line.includes('"name": "pod1"') && /"Action": "(?:remove|destroy)"/.test(line),
    )
    await collected.stop()
  })
})
