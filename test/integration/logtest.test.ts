// The command line of the log test and the rule checker, as scripts use it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

const cli = path.join(import.meta.dirname, '..', '..', 'src', 'cli.js')
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-logtest-'))
const rulesFile = path.join(home, 'etc', 'rules', 'local_rules.xml')
mkdirSync(path.dirname(rulesFile), { recursive: true })

const good = `<group name="local,">
<rule id="100100" level="5"><match>^knock</match><description>knock</description></rule>
<rule id="100101" level="10" frequency="3" timeframe="60"><if_matched_sid>100100</if_matched_sid><description>many</description></rule>
</group>`

function run(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--home', home], {
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function ids(stdout: string): (string | undefined)[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => /"rule":\{.*?"id":"(\d+)"/.exec(line)?.[1])
}

describe('quaywatch logtest', () => {
  after(() => rmSync(home, { recursive: true, force: true }))

  it('prints one object per line, and lines share state', () => {
    writeFileSync(rulesFile, good)
    const { status, stdout } = run(['logtest', '--json'], 'knock 1\n\nknock 2\nknock 3')
    assert.equal(status, 0)
    assert.equal(stdout.split('\n').length, 5)
    assert.deepEqual(ids(stdout), ['100100', undefined, '100100', '100101'])
    assert.match(stdout, /^\{"alert":true,"output":\{"timestamp":"/)
  })
  it('forgets between lines with --session-per-line', () => {
    const { stdout } = run(['logtest', '--json', '--session-per-line'], 'knock 1\nknock 2\nknock 3\n')
    assert.deepEqual(ids(stdout), ['100100', '100100', '100100'])
  })
  it('takes clock and location from the input with --input-json', () => {
    const line = (at: string): string => `${JSON.stringify({ log: 'knock', at, location: '/var/log/x' })}\n`
    const input = ['10:00:00', '10:00:30', '10:02:00', '10:02:10', '10:02:20'].map((at) =>
      line(`2026-03-02T${at}Z`),
    )
    const { stdout } = run(['logtest', '--json', '--input-json'], input.join(''))
    assert.deepEqual(ids(stdout), ['100100', '100100', '100100', '100100', '100101'])
    assert.match(stdout, /"location":"\/var\/log\/x"/)
  })
  it('rules.md 8.3: shows the three phases, and with -v every rule that was tried', () => {
    const { stdout } = run(['logtest', '-v'], 'knock\n')
    assert.match(stdout, /\*\*Phase 1: Completed pre-decoding\.\n\tfull event: 'knock'\n/)
    assert.match(stdout, /\*\*Phase 2: Completed decoding\.\n\tNo decoder matched\.\n/)
    assert.match(stdout, /Trying rule: 100100 - knock/)
    assert.match(stdout, /\*\*Phase 3: Completed filtering \(rules\)\.\n\tid: '100100'\n\tlevel: '5'/)
    assert.match(stdout, /\*\*Alert to be generated\.\n$/)
  })
  it('refuses rules with a fatal problem: place on stderr, nothing on stdout, exit code 1', () => {
    writeFileSync(rulesFile, good.replace('level="5"', 'level="17"'))
    const { status, stdout, stderr } = run(['logtest', '--json'], 'knock\n')
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^etc\/rules\/local_rules\.xml:2:19: fatal: .*\(invalid-level\)$/m)
  })
  it('rules check says the same and exits 1; 0 when all is well', () => {
    assert.equal(run(['rules', 'check']).status, 1)
    writeFileSync(rulesFile, good)
    const { status, stdout } = run(['rules', 'check', '--json'])
    assert.equal(status, 0)
    assert.match(stdout, /^\{"ok":true,/)
  })
})
