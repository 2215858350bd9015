import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePattern } from '../compile-pattern.ts'
import type { Pattern } from '../pattern.ts'

function pattern(source: string, onExhausted?: () => void): Pattern {
  const compiled = compilePattern('pcre2', source, onExhausted ? { onExhausted } : {})
  assert.ok('pattern' in compiled, `${source}: ${'problem' in compiled ? compiled.problem.message : ''}`)
  return compiled.pattern
}

/** `captures|rest`, or `-`. */
function show(source: string, subject: string, from = 0): string {
  const found = pattern(source).exec(subject, from)
  assert.equal(pattern(source).match(subject, from), found ? found.rest : -1)
  if (from === 0) assert.equal(pattern(source).test(subject), found !== undefined)
  return found ? `${found.captures.join(',')}|${subject.slice(found.rest)}` : '-'
}

describe('PCRE2 matches bytes (spec decoders.md §3.1, 3.2, 3.3)', () => {
  const cases = [
    ['abc', 'xabcd', '|d'],
    ['abc', 'ABC', '-'],
    ['(?i)a[b-d]c', 'xABCd', '|d'],
    ['a(?i)b|c', 'aB', '|'],
    ['(a|B)(?i:c)d', 'BCd', 'B|'],
    ['.+', 'a\rb\nc', '|\nc'],
    ['(?s).+', 'a\nb', '|'],
    ['a$', 'a\n', '|\n'],
    ['a$', 'a\nb', '-'],
    ['a\\s*$', 'a\n', '|'],
    ['a\\s*?$', 'a\n', '|\n'],
    ['a\\z', 'a\n', '-'],
    ['a\\Z', 'a\n', '|\n'],
    ['(?m)^b$', 'a\nb\nc', '|\nc'],
    ['(?m)^$', 'a\n', '-'],
    ['(?m)a$', 'b\na\nc', '|\nc'],
    ['\\d+\\s\\w', '1\xa02', '-'],
    ['\\w', '\xe9', '-'],
    ['^\\h+\\H', '\t\xa0 x', '|'],
    ['^\\R\\R$', '\r\n\n', '|'],
    ['^\\R\\n', '\r\n', '-'],
    ['\\x41\\x{42}\\o{103}\\104', 'ABCD', '|'],
    ['^[[:alpha:]_][^[:^digit:]]', 'a1', '|'],
    ['[]a]+[^]b]', ']a]c', '|'],
    ['[\\Qa-z\\E]+', '-az', '|'],
    ['\\Qa.b\\E+', 'a.bbb', '|'],
    ['(?x) a b # c\n c', 'abc', '|'],
    ['a(?#comment)b', 'ab', '|'],
    ['(?U)a+', 'aaa', '|aa'],
    ['(?U)a+?', 'aaa', '|'],
    ['a++a', 'aaa', '-'],
    ['(?>a|ab)c', 'abc', '-'],
    ['(?:a|ab)c', 'abc', '|'],
    ['(?=(a+))a', 'aab', 'aa|ab'],
    ['(?!(a))b', 'b', '|'],
    ['(?<=a)b', 'ab', '|'],
    ['(?<=ab|c)d', 'abcd', '|'],
    ['(?<!a)b', 'abb', '|'],
    ['^A (\\d+)|^B (\\d+)', 'B 5', ',5|'],
    ['(a)|b', 'b', '|'],
    ['(a)?(b)', 'b', ',b|'],
    ['(a)\\1', 'aa', 'a|'],
    ['(?i)(a)\\1', 'aA', 'a|'],
    ['(a)?\\1b', 'b', '-'],
    ['(?:(a)|b)+', 'ab', 'a|'],
    ['(?:(a)|(b))+', 'ab', 'a,b|'],
    ['(?:|a)*', 'a', '|a'],
    ['(a*)*', 'aa', '|'],
    ['(a*)+b', 'aab', '|'],
    ['(?|(a)|(b))', 'b', 'b|'],
    ["(?'n'a)\\k'n'", 'aa', 'a|'],
    ['(?P<n>a)(?P=n)', 'aa', 'a|'],
    ['a\\Kb', 'ab', '|'],
    ['(a{2,3}){2}', 'aaaaa', 'aa|'],
    ['a{,3}', 'a{,3}', '|'],
    ['x{', 'x{', '|'],
    ['\\bfoo\\b', 'a foo.', '|.'],
    ['\\p{Lu}\\P{L}', 'A1', '|'],
    ['(*UTF)^.\\x{e9}$', '\xc3\xa9\xc3\xa9', '|'],
    ['(*UTF)a', 'a\xe9', '-'],
    ['(*UTF)[^a]b', '\xe2\x82\xacb', '|'],
    ['(*UTF)[\\x{20ac}-\\x{20ff}]', '\xe2\x82\xac', '|'],
    ['(*UTF)\\N{U+202E}', 'a\xe2\x80\xaeb', '|b'],
    ['\\d*', 'abc', '|abc'],
    ['', 'abc', '|abc'],
  ] as const
  for (const [source, subject, expected] of cases) {
    it(`${JSON.stringify(source)} on ${JSON.stringify(subject)}: ${expected}`, () =>
      assert.equal(show(source, subject), expected))
  }

  it('as if the subject began at the offset', () => {
    assert.equal(show('^b', 'ab', 1), '|')
    assert.equal(show('(?<=a)b', 'ab', 1), '-')
    assert.equal(show('\\bb', 'ab', 1), '|')
    assert.equal(show('x*', 'ab', 1), '|b')
  })

  it('the same on long subjects', () => {
    const long = 'x '.repeat(50_000)
    assert.equal(show('a.*?(b)\\s*$', `${long}a b\n`), 'b|')
    assert.equal(show('^(?:x |y)+a$', `${long}a`), '|')
    assert.equal(show('(?i)A(.)$', `${long}aX`), 'X|')
  })
})

describe('PCRE2 refuses and names what', () => {
  const cases = [
    ['(', /parenthesis is not closed/],
    ['a)', /closes no parenthesis/],
    ['[a', /class is not closed/],
    ['+a', /quantifier follows nothing/],
    ['a|*', /quantifier follows nothing/],
    ['{1}', /quantifier follows nothing/],
    ['^*', /cannot be repeated/],
    ['a**', /follows a quantifier/],
    ['a{2,1}', /out of order/],
    ['x{99999}', /more than 65535/],
    ['[z-a]', /out of order/],
    ['[[:nosuch:]]', /\[:nosuch:\] is not a POSIX class/],
    ['\\y', /\\y is not a PCRE2 escape/],
    ['\\u0041', /\\u is not a PCRE2 escape/],
    ['\\x{110000}', /character code/],
    ['\\2(a)', /\\2 is to a group that does not exist/],
    ["\\k'n'", /no group named n/],
    ['(?R)', /\(\?R\.\.\. is not supported/],
    ['(?1)', /\(\?1\.\.\. is not supported/],
    ['(?(1)a)', /\(\?\(\.\.\. is not supported/],
    ['(*ACCEPT)', /\(\*ACCEPT\.\.\.\) is not supported/],
    ['(?<=a+)b', /look-behind must have a fixed length/],
    ['(?z)', /not supported/],
    ['a\\', /ends in a backslash/],
    ['('.repeat(251), /deeper than 250/],
    ['a'.repeat(20481), /longer than 20480 bytes/],
  ] as const
  for (const [source, message] of cases) {
    it(source.slice(0, 40), () => {
      const compiled = compilePattern('pcre2', source)
      assert.ok('problem' in compiled)
      assert.match(compiled.problem.message, message)
      assert.equal(compiled.problem.code, 'pattern-syntax')
    })
  }
})

describe('PCRE2 tells its literals', () => {
  const cases: [string, readonly string[] | undefined, boolean][] = [
    ['(?i)Foo', ['contains foo'], true],
    ['foo', ['contains foo'], false],
    ['(?i)foo|^bar|#1', ['contains foo', 'prefix bar', 'contains #1'], true],
    ['^foo\\d', ['prefix foo'], false],
    ['(a|\\d)longer(b|c)', ['contains longer'], false],
    ['\\.(exe|dll)', ['contains exe', 'contains dll'], false],
    ['(?:foo)?', undefined, false],
    ['foo|\\d', undefined, false],
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

describe('PCRE2 ends soon, whatever the pattern', () => {
  const a = (count: number) => 'a'.repeat(count)
  const cases = [
    ['^(a+)+$', `${a(100_000)}!`],
    ['(a|aa)+$', `${a(100_000)}!`],
    ['(.*a){20}', a(100_000)],
    ['([a-zA-Z]+)*$', `${a(100_000)}!`],
    ['(x+x+)+y', `y${'x'.repeat(100_000)}`],
    ['^(\\w+\\s?)*$', `${a(100_000)}!`],
    ['[ab].*[cd]', a(100_000)],
    ['x.*x.*x.*[yz]', 'x'.repeat(8000)],
    ['^(?:a{1,3}){1,20}$', `${a(60)}!`],
    [`${'a?'.repeat(40)}${'a'.repeat(40)}[bc]`, a(40)],
    ['(\\w+)\\1+$', `${a(100_000)}!`],
    ['(?:(?:b?){0,65535}){0,65535}[cd]', a(1000)],
    ['\\s+$', `${' '.repeat(100_000)}x`],
  ] as const
  for (const [source, subject] of cases) {
    it(source.slice(0, 40), () => {
      let calls = 0
      assert.equal(pattern(source, () => (calls += 1)).exec(subject, 0), undefined)
      assert.equal(calls, 1)
    })
  }

  const prone = ['(a+)+', '(a|a)*', '(a|aa)+', '(\\w+\\s?)*', '(.*a){20}', '(?:a{1,3}){1,20}', '((a*)b*)*']
  const fine = [
    '(?:\\d+\\.)+',
    '(\\d{1,3}\\.){3}\\d',
    '(?:\\w+ )*',
    'a.*b.*c',
    '(?:ab|cd)*',
    '(?:a+)++',
    '"(?:[^"\\\\]|\\\\.)*"',
  ]
  for (const source of prone)
    it(`${source} is prone to blow up`, () => assert.ok(pattern(source).isBlowUpProne))
  for (const source of fine) it(`${source} is not`, () => assert.ok(!pattern(source).isBlowUpProne))
})
