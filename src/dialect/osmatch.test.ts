import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePattern } from './compile-pattern.ts'

function test(source: string, subject: string): boolean | string {
  const compiled = compilePattern('osmatch', source)
  return 'pattern' in compiled ? compiled.pattern.test(subject) : compiled.problem.message
}
function literals(source: string): unknown {
  const compiled = compilePattern('osmatch', source)
  if ('problem' in compiled) return compiled.problem.message
  return compiled.pattern.literals?.map(({ kind, text }) => `${kind} ${text}`)
}

describe('OSMatch (spec decoders.md §2, rules.md Q-31)', () => {
  const cases = [
    ['text', 'some TEXT here', true],
    ['text', 'tex', false],
    ['^text', 'Text!', true],
    ['^text', 'a text', false],
    ['text$', 'a TEXT', true],
    ['text$', 'ext', false],
    ['^text$', 'tExt', true],
    ['^text$', 'text ', false],
    ['', '', true],
    ['^', 'x', true],
    ['$', 'x', true],
    ['a|', 'zzz', true],
    ['a||b', 'zzz', true],
    ['^$', '', true],
    ['^$', 'x', false],
    ['^sshd|^dropbear$', 'SSHD-session', true],
    ['^sshd|^dropbear$', 'dropbear2', false],
    ['!foo|bar', 'xbarx', false],
    ['!foo|bar', 'xbaz', true],
    ['a|!b', 'x!b', true],
    ['a\\.b', 'a.b', false],
    ['a\\.b', 'a\\.b', true],
    ['a^b', 'a^b', true],
    ['$a', '$a', true],
    ['^^a', '^a', true],
    ['\xc9', '\xe9', false],
    ['\xc9', 'x\xc9', true],
  ] as const
  for (const [source, subject, expected] of cases) {
    it(`${JSON.stringify(source)} on ${JSON.stringify(subject)} is ${expected}`, () =>
      assert.equal(test(source, subject), expected))
  }

  it('tells its literals unless it is negated or always true', () => {
    assert.deepEqual(literals('Foo|^a$|^B|c$'), ['contains foo', 'equals a', 'prefix b', 'suffix c'])
    assert.equal(literals('!foo'), undefined)
    assert.equal(literals('foo|'), undefined)
  })

  it('sees nothing before the offset', () => {
    const compiled = compilePattern('osmatch', '^b|bc$|^cd$|xy')
    assert.ok('pattern' in compiled)
    assert.equal(compiled.pattern.match('abz', 1), 1)
    assert.equal(compiled.pattern.match('bcc', 2), -1)
    assert.equal(compiled.pattern.match('bcd', 1), 1)
    assert.equal(compiled.pattern.match('xyx', 1), -1)
  })

  const many = (form: (word: string) => string) =>
    Array.from({ length: 2000 }, (_, i) => form(`w${i}x`)).join('|')
  for (const [form, yes, no] of [
    [(word: string) => word, 'a W1999x b', 'w2000x w1999 1999x'],
    [(word: string) => `^${word}`, 'w7xyz', 'aw7x'],
    [(word: string) => `${word}$`, 'a w7x', 'w7x a'],
    [(word: string) => `^${word}$`, 'w77x', 'w77xx'],
  ] as const) {
    it(`2000 alternatives like ${form('w7x')}`, () => {
      assert.equal(test(many(form), yes), true)
      assert.equal(test(many(form), no), false)
    })
  }

  it('of more than 20480 bytes is refused', () => {
    assert.equal(test('a'.repeat(20480), 'b'), false)
    assert.match(String(test('a'.repeat(20481), 'b')), /longer than 20480 bytes/)
  })
})
