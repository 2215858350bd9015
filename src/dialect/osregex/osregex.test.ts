import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePattern } from '../compile-pattern.ts'
import type { Pattern } from '../pattern.ts'

function pattern(source: string, onExhausted?: () => void): Pattern {
  const compiled = compilePattern('osregex', source, onExhausted ? { onExhausted } : {})
  assert.ok('pattern' in compiled, source)
  return compiled.pattern
}

describe('OSRegex matches (spec decoders.md §1.1, 1.2, 1.3, 1.5, 1.6)', () => {
  const cases: [string, string, readonly string[] | false][] = [
    ['a.c', 'abc', false],
    ['a.c', 'a.c', []],
    ['A+', 'aaa', false],
    ['A+', 'xa+y', []],
    ['user (\\.+) from', 'user a from b from c', ['a']],
    ['user (\\.+) from', 'user  from c from', [' from c']],
    ['user (\\.*) from', 'user  from c', ['']],
    ['(\\.+):(\\.+)', 'a:b:c', ['a', 'b:c']],
    ['^(\\S+) (\\.+)$', 'a b c', ['a', 'b c']],
    ['a=(\\d+)|b=(\\d+)', 'b=2 a=1', ['1']],
    ['\\.+ab', 'xaab', false],
    ['\\.*ab', 'xaab', []],
    ['a\\.+b$', 'a1bb', false],
    ['\\.+\\s\\d+', 'ab cd', []],
    ['\\S+\\s\\d+', 'ab cd', false],
    ['(\\w+)(\\d+)', 'ab12', false],
    ['(\\w+)(\\d+)', 'ab(12', ['ab']],
    ['(\\d+\\w\\d+)', '12X34', ['12']],
    ['at (\\d+\\w\\d+):', 'at 12X34:', false],
    ['\\p*\\s*:', ':', false],
    ['\\p*:', ':', []],
    ['\\w*\\s*\\p*\\d*', 'ab', false],
    ['\\w*\\s*\\p*', 'ab', []],
    ['\\S+a \\S+b \\S+c \\S+d \\S+e \\S+f', '1a 2b 3c 4d 5e5e 6f', false],
    ['(\\w+)\\s*', 'abc', ['']],
    ['(\\w+\\s*)', 'abc', []],
    ['=(\\S*)', 'k=', []],
    ['=(\\S*) ', 'k= v', ['']],
    ['(\\w*)$', '!!abc', false],
    ['(\\w+)$', '!!abc', ['abc']],
    ['x(\\d)y(\\d)|x(\\d)', 'x1z', ['1']],
    ['^$', '', []],
    ['^$', 'x', false],
    ['a||b', 'zzz', []],
    ['\\d++', '12+', []],
    ['\\d++', '12', false],
    ['(^a)', 'xa', false],
    ['(^a)', '^A', ['^A']],
    ['a\\$', 'xa$b', []],
    ['(\\w+)!', 'A-b_1@c!', ['A-b_1@c']],
    ['^\\w$', '.', false],
    ['^\\s$', '\t', false],
    ['^\\t$', '\t', []],
    ['^\\p\\p\\p$', '-#]', []],
    ['^\\p$', '_', false],
    ['^\\W\\D\\S$', '+x!', []],
    ['\xe9', 'caf\xe9', []],
    [' (\\S*)$', 'a b ', false],
  ]
  for (const [source, subject, expected] of cases) {
    it(`${source} on ${JSON.stringify(subject)}: ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(pattern(source).exec(subject, 0)?.captures ?? false, expected)
      const before = `zz${subject}`
      assert.deepEqual(pattern(source).exec(before, 2)?.captures ?? false, expected)
    })
  }
})

describe('OSRegex leaves a remainder (spec decoders.md §1.7)', () => {
  const cases = [
    ['abc', 'xxABCdef', 'def'],
    ['abc$', 'abcabc', ''],
    ['', 'abc', 'bc'],
    ['^\\d+', '12 x', 'x'],
    ['^\\d+', '12', '2'],
    ['^(\\d+)', '12 x', '2 x'],
    ['src=(\\S+)', 'src=1.2.3.4 d', '.2.3.4 d'],
    ['n=\\d*', 'n=12 x', 'x'],
    ['n=(\\d*)', 'n=12 x', ' x'],
    ['n=\\d*', 'n=12', '12'],
    ['n=\\d*', 'n= x', ' x'],
    ['\\d*', 'abc', 'abc'],
    ['^\\d+ ', '12 x', 'x'],
  ] as const
  for (const [source, subject, rest] of cases) {
    it(`${source} on ${JSON.stringify(subject)}: ${JSON.stringify(rest)}`, () => {
      assert.equal(subject.slice(pattern(source).match(subject, 0)), rest)
      const before = `zz${subject}`
      assert.equal(before.slice(pattern(source).match(before, 2)), rest)
    })
  }
})

describe('OSRegex refuses (spec decoders.md §1.4)', () => {
  for (const source of ['a\\', '\\n', '\\b', '\\[', '\\+', '(a', 'a)', '((a))', '(a|b)', ')(']) {
    it(source, () => assert.ok('problem' in compilePattern('osregex', source)))
  }
  it('more than 20480 bytes', () => {
    assert.ok('pattern' in compilePattern('osregex', '.'.repeat(20480)))
    assert.ok('problem' in compilePattern('osregex', '.'.repeat(20481)))
  })
})

describe('OSRegex tells its literals', () => {
  const cases: [string, readonly string[] | undefined, boolean][] = [
    ['Foo|^a$|^B|c$', ['contains foo', 'equals a', 'prefix b', 'suffix c'], true],
    ['^ab\\d+|x(long)est\\s', ['prefix ab', 'contains long'], false],
    ['\\dx', undefined, false],
    ['a|\\d', undefined, false],
    ['', undefined, false],
    ['^$', ['equals '], true],
  ]
  for (const [source, expected, isLiteral] of cases) {
    it(source, () => {
      const { literals, isLiteral: isOnlyThat } = pattern(source)
      const shown = literals?.map(({ kind, text }) => `${kind} ${text}`)
      assert.deepEqual(shown, expected)
      assert.equal(isOnlyThat, isLiteral)
    })
  }
})

describe('OSRegex ends soon (spec decoders.md §1.8)', () => {
  it('on a subject made to take long: no match, and the callback hears of it', () => {
    let calls = 0
    const slow = pattern('\\S+a\\S+a\\S+a\\S+a!', () => (calls += 1))
    assert.equal(slow.test(`${'a'.repeat(100_000)} a!`), false)
    assert.equal(calls, 1)
  })
})

describe('OSRegex (decoders.md 1.5): patterns whose cost grows with a high power of the subject', () => {
  const cases = [
    [String.raw`\S+a\S+a\S+a\S+a!`, true],
    [String.raw`^\S+a\S+a\S+a\S+a!`, true],
    [String.raw`x|(\.+),(\.+),(\.+),(\.*)`, true],
    [String.raw`^(\.+),(\.+),(\.+),(\.*)`, false],
    [String.raw`\S+ \S+ \S+ \S+ \S+`, false],
    [String.raw`\w+=\d+ \w+=\d+ \w+=\d+`, false],
    [String.raw`\.+\d\.+\d`, false],
    ['abc|def', false],
  ] as const
  for (const [source, isProne] of cases) {
    it(`${source} ${isProne ? 'is one' : 'is none'}`, () => {
      assert.equal(pattern(source).isBlowUpProne, isProne)
    })
  }
})
