// Container logs that a real engine wrote with its json-file driver.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { fieldKey } from '../../src/event/field-key.ts'
import { engineMissing, image, startEngine, type Engine } from '../support/dockerd.ts'
import { runLocalfile, type LocalfileRun } from '../support/localfile-run.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: container logs of a Docker engine: ${missing}`)

describe('container logs of a real engine', { skip: missing !== undefined, timeout: 900_000 }, () => {
  let engine: Engine
  let run: LocalfileRun

  before(async () => {
    engine = await startEngine()
    const root = await engine.docker('info', '-f', '{{.DockerRootDir}}')
    run = runLocalfile(
      `<localfile><log_format>json</log_format><location>${root.out}/containers/*/*-json.log</location></localfile>`,
    )
    await run.batch()
  })
  after(async () => {
    await run.stop()
    await engine.remove()
  })

  const start = (name: string, script: string, ...options: readonly string[]) =>
    engine.docker('run', '--name', name, '--network', 'none', ...options, image, 'sh', '-c', script)
  const of = (location: string) => run.events.filter((event) => event.location === location)
  const until = async (location: string, count: number): Promise<void> => {
    while (of(location).length < count) await run.batch()
  }

  it('text lines come unaltered, from docker:<name>', async () => {
    const { code, out } = await start(
      'talks',
      'echo "sshd[1]: hello é"; echo problem >&2; printf "no newline"',
    )
    assert.equal(code, 0, out)
    await until('docker:talks', 3)
    assert.deepEqual(
      of('docker:talks')
        .map(({ text }) => Buffer.from(text, 'latin1').toString())
        .sort(),
      ['no newline', 'problem', 'sshd[1]: hello é'],
    )
  })

  it('text lines carry the container as fields', () => {
    const [event] = of('docker:talks')
    const fields = new Map(event?.facts?.entries())
    assert.equal(fields.get('container.name'), 'talks')
    assert.equal(fields.get('container.image'), image)
    assert.equal(event?.facts?.dynamic(fieldKey('Container.Runtime')), 'docker')
  })

  it('JSON lines get the container, with image and labels', async () => {
    await start(
      'json',
      `echo '{"level":"warn","n":12345678901234567890}'`,
      '--label',
      'com.docker.compose.project=shop',
    )
    await until('docker:json', 1)
    const [event] = of('docker:json')
    assert.match(
      event?.text ?? '',
      /^\{"level":"warn","n":12345678901234567890,"container":\{"runtime":"docker","id":"/,
    )
    const { container }: { container: Record<string, unknown> } = JSON.parse(event?.text ?? '')
    const { id, image_id: imageId, ...rest } = container
    assert.match(String(id), /^[0-9a-f]{64}$/)
    assert.match(String(imageId), /^sha256:[0-9a-f]{64}$/)
    assert.deepEqual(rest, {
      runtime: 'docker',
      name: 'json',
      image,
      compose: { project: 'shop' },
      labels: { 'com.docker.compose.project': 'shop' },
      stream: 'stdout',
    })
  })

  it('lines longer than the 16 KiB that the engine writes at once are whole', async () => {
    await start(
      'long',
      'i=0; while [ $i -lt 5000 ]; do printf "0123456789"; i=$((i+1)); done; echo; echo end',
    )
    await until('docker:long', 2)
    assert.deepEqual(
      of('docker:long').map(({ text }) => text.length),
      [50_000, 3],
    )
  })

  it('every line comes once although the engine rotates the file', async () => {
    const lines = 4_000
    const script = `i=0; while [ $i -lt ${lines} ]; do echo "line $i of a container that writes much to its log"; i=$((i+1)); done`
    await start('rotates', script, '--log-opt', 'max-size=100k', '--log-opt', 'max-file=20')
    await until('docker:rotates', lines)
    const numbers = of('docker:rotates').map(({ text }) => Number(text.split(' ')[1]))
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: lines }, (_, index) => index),
    )
  })

  const logs = async (): Promise<string> =>
    `${(await engine.docker('info', '-f', '{{.DockerRootDir}}')).out}/containers/*/*-json.log`

  it('stack traces are one event, with the container as fields', async () => {
    const regex = '<multiline_regex replace="wspace" timeout="1">^\\S</multiline_regex>'
    const joined = runLocalfile(
      `<localfile><log_format>multi-line-regex</log_format><location>${await logs()}</location>${regex}</localfile>`,
    )
    await joined.batch()
    await start('traces', 'echo "Error: no"; echo "  at a"; echo "  at b"; echo done; sleep 2')
    while (joined.events.filter(({ location }) => location === 'docker:traces').length < 2)
      await joined.batch()
    const traces = joined.events.filter(({ location }) => location === 'docker:traces')
    assert.deepEqual(
      traces.map(({ text }) => text),
      ['Error: no   at a   at b', 'done'],
    )
    assert.equal(new Map(traces[0]?.facts?.entries()).get('container.name'), 'traces')
    await joined.stop()
  })

  it('a container that floods is held back, and how much is told', async () => {
    const limited = runLocalfile(
      `<localfile><log_format>json</log_format><location>${await logs()}</location><rate_limit>10</rate_limit></localfile>`,
    )
    await limited.batch()
    await start('floods', 'i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done')
    const notice = () => limited.texts().find((text) => text.includes('container-log-suppressed'))
    while (notice() === undefined) await limited.batch()
    const told = limited.events.filter(({ location }) => location === 'docker:floods').length
    const { quaywatch }: { quaywatch: Record<string, unknown> } = JSON.parse(notice() ?? '')
    assert.equal(quaywatch['location'], 'docker:floods')
    assert.equal(Number(quaywatch['suppressed']) + told, 1000)
    await limited.stop()
  })

  it('what the engine itself shows is what came', async () => {
    const shown = await engine.docker('logs', 'talks')
    const came = of('docker:talks').map(({ text }) => Buffer.from(text, 'latin1').toString())
    for (const line of came) assert.ok(shown.out.includes(line), line)
  })
})
