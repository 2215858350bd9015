// Commands of <localfile> blocks, really run.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { runCommand } from '../../src/sources/file/run-command.ts'
import { runLocalfile } from '../support/localfile-run.ts'
import { eventually } from '../support/manager-process.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-command-'))
const block = (format: string, command: string, more = ''): string =>
  `<localfile><log_format>${format}</log_format><command>${command}</command>${more}</localfile>`
const isGone = (pid: number): boolean => {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}
const limits = { timeoutMs: 20_000, outputBytes: 1000 }

describe('commands of <localfile>', { timeout: 300_000 }, () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('every line is an event, the empty ones included, under the name of the alias', async () => {
    const run = runLocalfile(
      block('command', "printf 'a\\n\\nb\\n'; echo no >&amp;2; exit 3", '<alias>three</alias>'),
    )
    await run.count(3)
    assert.deepEqual(run.texts(), [
      "ossec: output: 'three': a",
      "ossec: output: 'three': ",
      "ossec: output: 'three': b",
    ])
    assert.equal(run.events[0]?.location, 'three')
    assert.equal(run.source.name, 'localfile:three')
    assert.equal(run.source.status().state, 'running')
    assert.match(run.source.status().detail, /^runs every 360 s; took \d+\.\d s$/)
    await run.stop()
  })

  it('runs again after its period, with an id of its own for everything', async () => {
    const run = runLocalfile(block('full_command', 'echo x', '<frequency>1</frequency>'))
    await run.count(2)
    assert.deepEqual([...new Set(run.texts())], ["ossec: output: 'echo x':\nx"])
    assert.equal(new Set(run.events.map(({ id }) => id)).size, run.events.length)
    await run.stop()
  })

  it('ignore, restrict and out_format see the text with its prefix', async () => {
    const more = `<alias>n</alias><restrict>'n': \\d</restrict><ignore>2</ignore><out_format>[$(command)] $(location) $(log)</out_format>`
    const run = runLocalfile(block('command', 'seq 1 3; echo x', more))
    await run.count(2)
    assert.deepEqual(run.texts(), [
      "[seq 1 3; echo x] n ossec: output: 'n': 1",
      "[seq 1 3; echo x] n ossec: output: 'n': 3",
    ])
    await run.stop()
  })

  it('ends with everything it started when it takes too long', async () => {
    const file = path.join(folder, 'started')
    // All of them would go on for longer than this test may.
    const line = `sleep 1000 & echo $! $$ > ${file}; echo early; sleep 1000`
    const { output, ending } = await runCommand(
      line,
      { ...limits, timeoutMs: 3000 },
      new AbortController().signal,
    )
    assert.equal(ending, 'timeout')
    assert.equal(output.toString(), 'early\n')
    const started = readFileSync(file, 'utf8').trim().split(' ').map(Number)
    assert.equal(started.length, 2)
    await eventually('the end of all', () => started.every(isGone) || undefined)
  })

  it('prints no more than is allowed', async () => {
    const { output, ending } = await runCommand('yes', limits, new AbortController().signal)
    assert.equal(ending, 'too-much-output')
    assert.equal(output.length, 1000)
  })

  it('is ended when we stop', async () => {
    const file = path.join(folder, 'pid')
    const run = runLocalfile(block('command', `echo $$ > ${file}; exec sleep 100`))
    while (!existsSync(file) || readFileSync(file, 'utf8').trim() === '') await wait(20)
    await run.stop()
    const pid = Number(readFileSync(file, 'utf8'))
    await eventually('its end', () => isGone(pid) || undefined)
  })
})
