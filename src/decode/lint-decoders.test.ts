import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { lintDecoders } from './lint-decoders.ts'
import { loadDecoders } from './load-decoders.ts'

const root = '<decoder name="r"><program_name>^r$</program_name></decoder>'
const child = (name: string, body = ''): string =>
  `<decoder name="${name}"><parent>r</parent>${body}<regex>(\\d+)</regex><order>n</order></decoder>`

const cases = [
  {
    clause: '7.2: the regex of a root with children',
    text:
      '<decoder name="r"><prematch>^r</prematch><regex>(\\d)</regex><order>a</order></decoder>' + child('c'),
    problems: ['info dead-regex: the <regex> of decoder "r" is never used, because it has children'],
  },
  {
    clause: '7.3: what stands behind a child without prematch',
    text: root + child('a', '<prematch>^x</prematch>') + child('b') + child('c'),
    problems: [
      'warning unreachable-decoder: decoder "c" is never reached: "b" (d.xml:1) has no prematch, so it is always chosen',
    ],
  },
  {
    clause: '7.4: a chain with another decoder in between',
    text: root + child('a') + child('b') + child('a'),
    problems: [
      'warning unreachable-decoder: decoder "a" is never reached: the chain of that name is interrupted by another decoder after d.xml:1',
    ],
  },
  {
    clause: '7.12: what one of two roots of a name reaches is reached',
    text: root + child('a') + '<decoder name="r"><prematch>^r</prematch></decoder>' + child('b'),
    problems: [],
  },
  {
    clause: '7.5: a chain is no mistake',
    text: root + child('a', '<prematch>^x</prematch>') + child('a') + child('b'),
    problems: [],
  },
  {
    clause: '3.3: a pattern whose cost explodes',
    text: '<decoder name="r"><prematch type="pcre2">^(a|a)+$</prematch></decoder>',
    problems: [
      'warning regex-may-blow-up: decoder "r": matching this pcre2 can take very long; it is given up after a limit and then does not match',
    ],
  },
] as const

describe('rules check says of decoders', () => {
  for (const { clause, text, problems } of cases) {
    it(`decoders.md ${clause}`, () => {
      const other =
        '<decoder name="o"><prematch>^o</prematch></decoder><decoder name="p"><program_name>^p</program_name></decoder>'
      const loaded = loadDecoders([{ file: 'd.xml', text: text + other }])
      assert.deepEqual(loaded.problems, [])
      const found = lintDecoders(loaded.decoders)
      assert.deepEqual(
        found.map(({ severity, code, message }) => `${severity} ${code}: ${message}`),
        problems,
      )
    })
  }
})
