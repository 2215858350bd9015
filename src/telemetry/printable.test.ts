import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { printable } from './printable.ts'
import { humanLine } from './start.ts'

describe('printable()', () => {
  const cases = [
    { text: 'web-1', shown: 'web-1' },
    { text: 'a\tb', shown: 'a b' },
    { text: '\u001b[31mred', shown: '\\u{1b}[31mred' },
    { text: 'a\nb\r', shown: 'a\\u{a}b\\u{d}' },
    { text: 'x\u202egnp.exe', shown: 'x\\u{202e}gnp.exe' },
    { text: 'größe 漢字', shown: 'größe 漢字' },
  ] as const
  for (const { text, shown } of cases) {
    it(`${JSON.stringify(text)} is shown as ${shown}`, () => assert.equal(printable(text), shown))
  }
})

describe('humanLine()', () => {
  it('prints the time, the word of the level, the message and its facts without control characters', () => {
    const line = JSON.stringify({
      level: 40,
      time: '2026-11-22T10:21:07.123Z',
      msg: 'refused',
      peer: '\u001b[2J',
      count: 2,
    })
    assert.equal(humanLine(line), '10:21:07 warning refused (peer: \\u{1b}[2J, count: 2)\n')
  })
})
