// The command line of the log test and the rule checker, as scripts use it.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
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

function run(
  args: readonly string[],
  input: string | Buffer = '',
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--home', home], {
    maxBuffer: 4_000_000,
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
    const tried = stdout.slice(stdout.indexOf('**Rule debugging:'), stdout.indexOf('**Phase 3'))
    const [, first, second] = tried.split('\n')
    assert.match(first ?? '', /^\tTrying rule: 1 - /)
    assert.equal(second, '\t\t*Rule 1 matched')
    assert.match(
      tried,
      /\n\t {2}Trying rule: 87900 - .*\n\t\t {2}\*Failed: <decoded_as> expected "json", actual absent\n/,
    )
    assert.match(
      tried,
      /\n\t {2}Trying rule: 100100 - knock\n\t\t {2}\*Rule 100100 matched\n\t\t {2}\*Trying child rules\n/,
    )
    assert.match(tried, /\*Failed: fewer than 2 earlier events in the time frame\n/)
    assert.match(stdout, /\*\*Phase 3: Completed filtering \(rules\)\.\n\tid: '100100'\n\tlevel: '5'/)
    assert.match(stdout, /\*\*Alert to be generated\.\n$/)
  })
  it('--json -v lists the same lines as rules_debug', () => {
    const { stdout } = run(['logtest', '--json', '-v'], 'knock\n')
    assert.match(stdout, /^\{"alert":true,"output":\{.*\},"rules_debug":\["Trying rule: 1 - /)
    assert.ok(
      stdout.endsWith(
        '"Trying rule: 100100 - knock","*Rule 100100 matched","*Trying child rules","Trying rule: 100101 - many","*Failed: fewer than 2 earlier events in the time frame"]}\n',
      ),
    )
  })
  it('shows control and direction characters of events, never prints them', () => {
    const event = String.raw`{"docker":{"name":"knock \u001b[31m\u202eevil\u009b2J","\u001b]0;x":"1"}}`
    writeFileSync(
      rulesFile,
      good.replace('^knock', 'knock').replace('<description>knock<', '<description>knock $(docker.name)<'),
    )
    const { stdout } = run(['logtest', '-v'], `${event}\n`)
    const eventFile = path.join(home, 'event')
    writeFileSync(eventFile, event)
    const explained = run(['rules', 'explain', '100101', '--event', eventFile]).stdout
    for (const text of [stdout, explained]) {
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    }
    assert.match(stdout, /description: 'knock knock \\u\{1b\}\[31m\\u\{202e\}evil\\u\{9b\}2J'/)
    assert.match(stdout, /docker\.\\u\{1b\}\]0;x: '1'/)
  })
  it('answers every line, whatever its bytes and its length', () => {
    writeFileSync(rulesFile, good)
    const lines = ['', 'knock \xff\xfe\0 x\r', `knock ${'a'.repeat(1_000_000)}`, 'knock at the end'].join(
      '\n',
    )
    const { status, stdout } = run(['logtest', '--json'], Buffer.from(lines, 'latin1'))
    assert.equal(status, 0)
    assert.deepEqual(ids(stdout), [undefined, '100100', '100100', '100101'])
    const [, odd = '', long = ''] = stdout.split('\n')
    assert.match(odd, /"full_log":"knock \ufffd\ufffd\\u0000 x",/)
    assert.ok(long.length > 1_000_000)
    const none = run(['logtest', '--json'])
    assert.deepEqual([none.status, none.stdout], [0, ''])
  })
  it('ends well when nobody reads its answers any more', async () => {
    const child = spawn(process.execPath, [cli, 'logtest', '--json', '--home', home])
    child.stdin.on('error', () => undefined)
    child.stdin.end('knock\n'.repeat(20_000))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    assert.deepEqual(await once(child, 'exit'), [0, null])
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

describe('quaywatch rules explain', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-explain-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const eventFile = path.join(folder, 'event.json')
  const rulesOf = (rules: string): void => {
    mkdirSync(path.dirname(rulesFile), { recursive: true })
    writeFileSync(rulesFile, `<group name="local,">${rules}</group>`)
  }
  const rule = (id: number, parent: number, body: string): string =>
    `<rule id="${id}" level="8"><if_sid>${parent}</if_sid>${body}<description>d</description></rule>`
  const created = (action: string): object => ({
    integration: 'docker',
    docker: { Type: 'container', Action: action, status: action, Actor: { ID: 'a', Attributes: {} } },
  })

  it('names the condition that failed on what value, and the parent that would have been right', () => {
    rulesOf(rule(100301, 87903, '<field name="docker.Action">^exec_create</field>'))
    writeFileSync(eventFile, JSON.stringify(created('exec_create: bash')))
    const { status, stdout } = run(['rules', 'explain', '100301', '--event', eventFile])
    assert.equal(status, 1)
    const lines = stdout.split('\n')
    assert.equal(lines[0], 'The event matches rule 88001.')
    assert.match(
      lines[1] ?? '',
      /^rule 100301 is not reached: <field docker\.Action> of rule 87903 above it demands osregex "\^start\$", the event has "exec_create: bash" \(ruleset\/rules\/87900-docker\.xml:\d+\)$/,
    )
    assert.equal(
      lines[2],
      'its own conditions hold: with <if_sid>88001</if_sid> it would match, because rule 88001 matches this event',
    )
  })

  it('takes an alert document, an event over several lines, and standard input', () => {
    rulesOf(rule(100301, 87901, '<location>^Wazuh-Docker$</location>'))
    const full_log = JSON.stringify(created('create'))
    const alert = JSON.stringify({ decoder: { name: 'json' }, full_log, location: 'Wazuh-Docker' })
    writeFileSync(eventFile, alert)
    assert.equal(run(['rules', 'explain', '100301', '--event', eventFile]).status, 0)
    assert.equal(run(['rules', 'explain', '100301', '--event', '-'], alert).status, 0)
    writeFileSync(eventFile, JSON.stringify(created('create'), undefined, 2))
    assert.equal(run(['rules', 'explain', '100301', '--event', eventFile]).status, 1)
    assert.equal(run(['rules', 'explain', '100301', '--event', eventFile, '-l', 'Wazuh-Docker']).status, 0)
  })

  it('says what a rule that counts still needs, and which rule is tried before', () => {
    rulesOf(
      `<rule id="100302" level="9" frequency="4" timeframe="60"><if_matched_sid>87901</if_matched_sid><description>many</description></rule>${rule(100303, 87901, '')}`,
    )
    writeFileSync(eventFile, JSON.stringify(created('create')))
    const counting = run(['rules', 'explain', '100302', '--event', eventFile, '--json'])
    assert.match(
      counting.stdout,
      /"reasons":\["all conditions of rule 100302 hold; it also needs 3 earlier events within 60 s"\]/,
    )
    rulesOf(rule(100303, 87901, '') + rule(100304, 87901, ''))
    const behind = run(['rules', 'explain', '100304', '--event', eventFile, '--json'])
    assert.match(
      behind.stdout,
      /"reasons":\["all conditions hold, but rule 100303 is tried before and matches"\]/,
    )
  })
})

describe('quaywatch rules check', () => {
  it('the published container rules load, and the parents that cannot match are named with better ones', () => {
    mkdirSync(path.dirname(rulesFile), { recursive: true })
    const rule = (id: number, parent: number, name: string, pattern: string): string =>
      `<rule id="${id}" level="8"><if_sid>${parent}</if_sid><field name="${name}">${pattern}</field><description>d</description></rule>`
    writeFileSync(
      rulesFile,
      `<group name="container,">${rule(100300, 87901, 'docker.Actor.Attributes.Privileged', 'true')}${rule(100301, 87903, 'docker.Action', '^exec_create')}${rule(100302, 87901, 'docker.Action', '^pull$')}</group>`,
    )
    const { status, stdout } = run(['rules', 'check'])
    rmSync(home, { recursive: true, force: true })
    assert.equal(status, 0)
    const problems = stdout.split('\n').filter((line) => line.includes('etc/rules/local_rules.xml'))
    assert.deepEqual(
      problems.map((line) =>
        /rule (\d+) can never match: .*; with <if_sid>(\d+)<\/if_sid> it could/.exec(line)?.slice(1),
      ),
      [
        ['100301', '88001'],
        ['100302', '87932'],
      ],
    )
  })
})
