import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSection } from '../../config/option.ts'
import { dockerListener } from './docker-listener.ts'
import { engineAddress } from './engine-address.ts'
import { retryWait } from './engine-reader.ts'
import { explain } from './advice.ts'
import { sshArguments } from './ssh-agent.ts'

const at = { file: 'ossec.conf', line: 1, column: 1 }
const element = (name: string, content: string) => ({
  name,
  content,
  attributes: [],
  children: [],
  at,
  contentAt: at,
})

function problemsOf(...children: readonly (readonly [string, string])[]): string[] {
  const block = {
    ...element('wodle', ''),
    children: children.map(([name, content]) => element(name, content)),
  }
  const { values, problems, given } = readSection(block, dockerListener.options)
  const more = dockerListener.check?.(values, { block, given }) ?? []
  return [...problems, ...more].map(({ severity, message }) => `${severity}: ${message}`)
}

const written: readonly (readonly [
  children: readonly (readonly [string, string])[],
  problems: readonly string[],
])[] = [
  [[], []],
  [
    [
      ['interval', '10m'],
      ['attempts', '5'],
      ['run_on_start', 'yes'],
      ['disabled', 'no'],
    ],
    [],
  ],
  [[['disabled', 'maybe']], ['fatal: <disabled> of <wodle> must be yes or no, not "maybe"']],
  [[['run_on_start', 'Yes']], ['fatal: <run_on_start> of <wodle> must be yes or no, not "Yes"']],
  [
    [['attempts', '0']],
    ['fatal: <attempts> of <wodle> must be a whole number from 1 to 2147483646, not "0"'],
  ],
  [
    [['interval', '0']],
    [
      'fatal: <interval> of <wodle> must be a duration greater than 0 such as 30, 5m, 1h, 1d, 1w or 1M, not "0"',
    ],
  ],
  [[['day', '32']], ['fatal: <day> of <wodle> must be a whole number from 1 to 31, not "32"']],
  [[['wday', 'x']], ['fatal: <wday> of <wodle> must be a day of the week, sunday to saturday, not "x"']],
  [[['time', '25:00']], ['fatal: <time> of <wodle> must be a time of day from 0:00 to 23:59, not "25:00"']],
  [
    [
      ['day', '1'],
      ['wday', 'mon'],
      ['interval', '1M'],
    ],
    ['fatal: options day and wday are not compatible'],
  ],
  [[['day', '1']], ['warning: interval must be a multiple of one month; new value: 1M']],
  [[['wday', 'mon']], ['warning: interval must be a multiple of one week; new value: 1w']],
  [[['time', '06:00']], ['warning: interval must be a multiple of one day; new value: 1d']],
  [[['interval', '1M']], ['warning: interval in months: the day is set to the first']],
  [[['nonsense', '1']], ['warning: <nonsense> is not an option of <wodle>; it is ignored']],
  [
    [['host', 'ftp://x']],
    ['fatal: <host> of <wodle> must be unix:///path, tcp://host:port or ssh://user@host, not "ftp://x"'],
  ],
  [
    [
      ['host', 'unix:///a'],
      ['host', 'tcp://10.0.0.5:2375'],
    ],
    [],
  ],
]
describe('docker-listener', () => {
  for (const [children, problems] of written) {
    it(`${JSON.stringify(children)}: ${problems[0] ?? 'is fine'}`, () =>
      assert.deepEqual(problemsOf(...children), problems))
  }
})

const addresses = [
  ['unix:///run/x.sock', {}, { socketPath: '/run/x.sock' }],
  ['/run/x.sock', {}, { socketPath: '/run/x.sock' }],
  ['tcp://10.0.0.5', {}, { protocol: 'http', host: '10.0.0.5', port: '2375' }],
  ['10.0.0.5:99', {}, { protocol: 'http', host: '10.0.0.5', port: '99' }],
  ['tcp://[::1]:2375', {}, { protocol: 'http', host: '::1', port: '2375' }],
] as const
const sshTargets = [
  [{ host: 'h', user: 'me', port: '22' }, '-l me -p 22 -- h'],
  [{ host: 'h', user: '', port: '' }, '-- h'],
  [{ host: '-oProxyCommand=x', user: '', port: '' }, '-- -oProxyCommand=x'],
] as const
describe('sshArguments()', () => {
  for (const [target, words] of sshTargets)
    it(`${words} and nothing that is asked`, () =>
      assert.equal(
        sshArguments(target).join(' '),
        `-o BatchMode=yes -o ConnectTimeout=10 -T ${words} docker system dial-stdio`,
      ))
})
describe('engineAddress()', () => {
  for (const [text, environment, expected] of addresses) {
    it(`${text} leads to ${JSON.stringify(expected)}`, () => {
      const options = Object.entries(engineAddress(text, environment).options())
      assert.deepEqual(Object.fromEntries(options.filter(([, value]) => value !== undefined)), expected)
    })
  }
  it('takes DOCKER_HOST when nothing is configured', () =>
    assert.equal(engineAddress(undefined, { DOCKER_HOST: 'unix:///x' }).text, 'unix:///x'))
  it('looks for certificates when TLS is asked for', () =>
    assert.throws(
      () => engineAddress('tcp://h:2376', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' }).options(),
      /\/nowhere\/ca\.pem/,
    ))
  for (const text of ['ftp://x', 'tcp://', 'what is this', 'http://'])
    it(`${text} is no address`, () =>
      assert.throws(() => engineAddress(text, {}), /is not the address of a Docker engine/))
})

describe('retryWait()', () => {
  const policy = { firstMs: 500, longestMs: 60_000, attempts: undefined, random: () => 1 }
  it('comes within a second at first', () => assert.equal(retryWait(policy, 0), 500))
  it('doubles with every failure', () =>
    assert.deepEqual(
      [1, 2, 3].map((n) => retryWait(policy, n)),
      [1000, 2000, 4000],
    ))
  it('stops growing', () => assert.equal(retryWait(policy, 1000), 60_000))
  it('is spread over the upper half', () => assert.equal(retryWait({ ...policy, random: () => 0 }, 0), 250))
})

describe('explain()', () => {
  const failure = (code: string) => Object.assign(new Error(`connect ${code}`), { code })
  const cases = [
    ['ENOENT', 'unix:///x.sock', 'there is no Docker socket at /x.sock', /systemctl start docker/],
    ['EACCES', 'unix:///x.sock', 'no permission to open /x.sock', /usermod -aG docker/],
    ['ECONNREFUSED', 'unix:///x.sock', 'nothing listens on /x.sock; the engine has stopped', /journalctl/],
    ['ECONNREFUSED', 'tcp://h:1', 'tcp://h:1: connect ECONNREFUSED', /DOCKER_HOST/],
    ['CERT_HAS_EXPIRED', 'tcp://h:1', 'tcp://h:1: connect CERT_HAS_EXPIRED', /renew/],
    ['EWHATEVER', 'tcp://h:1', 'tcp://h:1: connect EWHATEVER', /docker version/],
  ] as const
  for (const [code, address, detail, advice] of cases) {
    it(`says what to do about ${code} at ${address}`, () => {
      const found = explain(failure(code), address)
      assert.equal(found.detail, detail)
      assert.match(found.advice, advice)
    })
  }
})
