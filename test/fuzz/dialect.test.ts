import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { compilePattern } from '../../src/dialect/compile-pattern.ts'
import { parseIpPattern } from '../../src/dialect/ip-list.ts'
import { lowerAscii } from '../../src/event/field-key.ts'
import { parseOsRegex } from '../../src/dialect/osregex/alternative.ts'
import { exhausted, Machine, noMatch } from '../../src/dialect/osregex/machine.ts'
import type { Dialect, Pattern } from '../../src/dialect/pattern.ts'
import { toEcmaScript } from '../../src/dialect/pcre2/ecma.ts'
import { firstBytes, isAnchored, isLineAnchored } from '../../src/dialect/pcre2/facts.ts'
import { Machine as Pcre2Machine } from '../../src/dialect/pcre2/machine.ts'
import { parsePcre2 } from '../../src/dialect/pcre2/parse.ts'
import { compileProgram } from '../../src/dialect/pcre2/program.ts'
import { parseTimeRange } from '../../src/dialect/time-range.ts'
import { parseWeekdays } from '../../src/dialect/weekday.ts'
import { parseXml } from '../../src/dialect/xml.ts'

const timeBox = {
  interruptAfterTimeLimit: Number(process.env['QUAYWATCH_FUZZ_MS'] ?? 700),
  numRuns: 20_000,
  markInterruptAsFailure: false,
} as const

function textOf(pieces: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''))
}
const subjects = textOf(['a', 'B', 'b', '1', ' ', '(', ':', '\xe9', '\xc9', 'x', '\n'], 14)
const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

function compile(dialect: Dialect, source: string): Pattern | undefined {
  const compiled = compilePattern(dialect, source)
  return 'pattern' in compiled ? compiled.pattern : undefined
}

/** What the literals of a pattern promise, checked for one subject. */
function checkLiterals({ literals, isLiteral }: Pattern, subject: string, isMatch: boolean): void {
  if (!literals) return
  const lower = lowerAscii(subject)
  const holds = literals.some(({ kind, text }) => {
    if (kind === 'equals') return lower === text
    if (kind === 'prefix') return lower.startsWith(text)
    return kind === 'suffix' ? lower.endsWith(text) : lower.includes(text)
  })
  assert.ok(!isMatch || holds, 'matches, but none of its literals holds')
  if (isLiteral) assert.equal(isMatch, holds)
}

describe('OSMatch', () => {
  /** Byte by byte, as the specification reads. */
  function slowMatch(source: string, subject: string): boolean {
    const isNegated = source.startsWith('!')
    const same = (a: string, b: string) => a.length === b.length && lowerAscii(a) === lowerAscii(b)
    const found = (isNegated ? source.slice(1) : source).split('|').some((alternative) => {
      const isStart = alternative.startsWith('^')
      const isEnd = alternative.endsWith('$')
      const text = alternative.slice(isStart ? 1 : 0, isEnd ? -1 : undefined)
      if (text === '') return !(isStart && isEnd) || subject === ''
      for (let at = 0; at + text.length <= subject.length; at += 1) {
        const fits = (!isStart || at === 0) && (!isEnd || at + text.length === subject.length)
        if (fits && same(subject.slice(at, at + text.length), text)) return true
      }
      return false
    })
    return found !== isNegated
  }

  it('says the same as a slow matcher', () => {
    const sources = textOf(['a', 'B', 'b', '1', ' ', '|', '^', '$', '!', '\xe9', '\xc9', 'ab|ba'], 10)
    fc.assert(
      fc.property(sources, subjects, (source, subject) => {
        const pattern = compile('osmatch', source)
        assert.ok(pattern)
        assert.equal(pattern.test(subject), slowMatch(source, subject))
        checkLiterals(pattern, subject, pattern.test(subject))
      }),
      timeBox,
    )
  })

  it('says the same with many alternatives', () => {
    const words = fc.array(textOf(['a', 'b', '1', '^', '$', ' '], 5), { minLength: 24, maxLength: 40 })
    fc.assert(
      fc.property(words, subjects, (alternatives, subject) => {
        const source = alternatives.map((word) => `x${word}x`).join('|')
        assert.equal(compile('osmatch', source)?.test(subject), slowMatch(source, subject))
      }),
      timeBox,
    )
  })
})

describe('OSRegex', () => {
  /** The machine alone: no literals, no skipping. End index by alternative in order. */
  function plainEnd(source: string, subject: string, from: number): number {
    const alternatives = parseOsRegex(source)
    assert.ok(typeof alternatives !== 'string')
    for (const alternative of alternatives) {
      const end = new Machine({ ...alternative, head: '' }).run(subject, subject, from, false)
      assert.notEqual(end, exhausted)
      if (end !== noMatch) return end
    }
    return noMatch
  }

  it('says with its short cuts what the machine says', () => {
    const pieces = [
      'a',
      'b',
      '1',
      ' ',
      ':',
      '(',
      ')',
      '|',
      '^',
      '$',
      'ab',
      '\\(',
      '\\d',
      '\\w+',
      '\\s*',
      '\\S+',
      '\\.*',
      '\\p',
    ]
    fc.assert(
      fc.property(textOf(pieces, 8), subjects, fc.nat({ max: 3 }), (source, subject, nat) => {
        const pattern = compile('osregex', source)
        if (!pattern) return
        const from = Math.min(nat, subject.length)
        const end = plainEnd(source, subject, from)
        const rest = end === noMatch ? -1 : Math.max(from, Math.min(end + 1, subject.length))
        assert.equal(pattern.match(subject, from), rest)
        assert.equal(pattern.test(subject), plainEnd(source, subject, 0) !== noMatch)
        checkLiterals(pattern, subject, pattern.test(subject))
        const cut = pattern.exec(subject.slice(from), 0)
        const whole = pattern.exec(subject, from)
        assert.deepEqual(whole, cut && { rest: cut.rest + from, captures: cut.captures })
      }),
      timeBox,
    )
  })
})

describe('PCRE2', () => {
  const atoms = [
    'a',
    'b',
    '1',
    ' ',
    ':',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\S',
    '[ab]',
    '[^a]',
    '\\b',
    '^',
    '$',
    '(?i:a)',
    '(?!b)',
  ]
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: 'medium' },
      fc.constantFrom(...atoms),
      fc.tuple(tie('tree'), tie('tree')).map(([one, other]) => `${one}${other}`),
      fc.tuple(tie('tree'), tie('tree')).map(([one, other]) => `(?:${one}|${other})`),
      tie('tree').map((one) => `(${one})`),
      fc
        .tuple(tie('tree'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}'))
        .map(([one, many]) => `(?:${one})${many}`),
    ),
  }))

  function machineOf(source: string): Pcre2Machine | undefined {
    const parsed = parsePcre2(source)
    if (typeof parsed === 'string') return undefined
    const { root } = parsed
    const search = {
      first: firstBytes(root),
      isAnchored: isAnchored(root),
      isLineAnchored: isLineAnchored(root),
    }
    return new Pcre2Machine(compileProgram(parsed), search)
  }

  it('matches by V8 what it matches by its own machine', () => {
    let [tried, compared] = [0, 0]
    fc.assert(
      fc.property(tree, subjects, (source, subject) => {
        tried += 1
        const parsed = parsePcre2(source)
        assert.ok(typeof parsed !== 'string')
        const native = toEcmaScript(parsed)
        const machine = machineOf(source)
        if (!native || !machine) return
        compared += 1
        const found = native.expression.exec(subject)
        const end = machine.run(subject, 0)
        const taken = native.lineFeedGroup > 0 ? (found?.[native.lineFeedGroup]?.length ?? 0) : 0
        assert.equal(end, found ? found.index + found[0].length - taken : -1)
        if (!found || !native.hasExactGroups) return
        for (let group = 1; group <= parsed.groups; group += 1) {
          const start: number = machine.registers[2 * group] ?? -1
          const text: string | undefined =
            start === -1 ? undefined : subject.slice(start, machine.registers[2 * group + 1])
          assert.equal(text, found[group])
        }
      }),
      timeBox,
    )
    assert.ok(compared > tried / 4, `${compared} of ${tried}`)
  })

  it('says the same to test, match and exec, and keeps the promise of its literals', () => {
    fc.assert(
      fc.property(tree, tree, subjects, (one, other, subject) => {
        for (const source of [one, `${one}|${other}`, `(?i)${one}ab${other}`, `(${one})++${other}`]) {
          const pattern = compile('pcre2', source)
          assert.ok(pattern)
          const rest = pattern.match(subject, 0)
          assert.equal(pattern.test(subject), rest !== -1)
          assert.equal(pattern.exec(subject, 0)?.rest ?? -1, rest)
          assert.equal((machineOf(source)?.run(subject, 0) ?? -1) >= 0, rest !== -1)
          checkLiterals(pattern, subject, rest !== -1)
        }
      }),
      timeBox,
    )
  })
})

describe('nothing throws', () => {
  it('on any pattern and any subject', () => {
    const pieces = [
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '1',
      ',',
      '*',
      '+',
      '?',
      '\\',
      '|',
      '^',
      '$',
      'a',
      ':',
      '<',
      '=',
      '!',
      '>',
      'Q',
      'E',
    ]
    const sources = fc.oneof(
      anyBytes,
      textOf([...pieces, '(?', '\\p{', '[[:', '(*UTF)', '\\x{', '\\g', '\\k'], 12),
    )
    fc.assert(
      fc.property(sources, anyBytes, (source, subject) => {
        for (const dialect of ['osmatch', 'osregex', 'pcre2'] as const) {
          const pattern = compile(dialect, source)
          pattern?.test(subject)
          pattern?.exec(subject, Math.min(2, subject.length))
        }
      }),
      timeBox,
    )
  })

  it('on any XML, and every problem has a place inside the file', () => {
    const pieces = [
      '<',
      '>',
      '/',
      '<a>',
      '</a>',
      '<b x="1">',
      '</b>',
      '<a/>',
      '<!--',
      '-->',
      '!>',
      '\\',
      '"',
      "'",
      '=',
      ' ',
      '\n',
      'x',
    ]
    const variables = ['$', '$AB', '<var name="AB">y</var>', '<var ', '<var name="CD" />', '$(a)', '|']
    fc.assert(
      fc.property(fc.oneof(anyBytes, textOf([...pieces, ...variables], 25)), (text) => {
        const lines = text.split('\n')
        for (const { code, severity, at } of parseXml(text, 'f').problems) {
          assert.match(code, /^xml-/)
          assert.equal(severity, 'fatal')
          const line = lines[(at?.line ?? 0) - 1]
          assert.ok(at && line !== undefined && at.column >= 1 && at.column <= line.length + 1)
        }
      }),
      timeBox,
    )
  })

  it('on any time, weekday and address', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyBytes, textOf(['1', '9', ':', '-', ' ', 'am', '!', '.', '/', 'mon', 'ff', '::'], 12)),
        (text) => {
          parseTimeRange(text)
          parseWeekdays(text)
          parseIpPattern(text)
        },
      ),
      timeBox,
    )
  })
})
