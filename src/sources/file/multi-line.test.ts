import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { HeldBytes, type Assembler, type LogRecord } from './assembler.ts'
import { AuditLines, CountedLines, RegexLines } from './multi-line.ts'

function records(assembler: Assembler, texts: readonly string[], idleMs = 0): readonly string[] {
  const into: LogRecord[] = []
  for (const [start, text] of texts.entries())
    assembler.push({ start, text, id: `line-${start}`, cutFrom: undefined }, 0, into)
  assembler.idle(idleMs, into)
  return into.map(({ text }) => text)
}

const held = () => new HeldBytes(1e9)
const regex = (match: 'start' | 'all' | 'end', joint = '\n') =>
  new RegexLines({ matches: (text) => /^\[|;$/.test(text), match, joint, timeoutMs: 5_000 }, held())

describe('CountedLines', () => {
  it('joins every N lines with a space and waits for the rest', () =>
    assert.deepEqual(records(new CountedLines(2, held()), ['a', 'b', 'c', 'd', 'e'], 1e9), ['a b', 'c d']))
})

describe('AuditLines', () => {
  const audit = (id: number, type: string) => `type=${type} msg=audit(1700000000.${id}:7): x`
  it('joins consecutive lines of one id, the last ones at the end of the file', () =>
    assert.deepEqual(records(new AuditLines(held()), [audit(1, 'A'), audit(1, 'B'), audit(2, 'C')]), [
      `${audit(1, 'A')} ${audit(1, 'B')}`,
      audit(2, 'C'),
    ]))
  it('takes at most 16 lines together', () =>
    assert.deepEqual(
      records(
        new AuditLines(held()),
        Array.from({ length: 20 }, () => audit(1, 'A')),
      ).map((text) => text.split('msg=').length - 1),
      [16, 4],
    ))
  it('hands on lines without an id one by one', () =>
    assert.deepEqual(records(new AuditLines(held()), ['x', 'y']), ['x', 'y']))
})

describe('RegexLines', () => {
  for (const [match, texts, joint, idleMs, result] of [
    ['start', ['[1', ' at x', '[2', ' at y'], '\n', 0, ['[1\n at x']],
    ['start', ['[1', ' at x'], '\n', 5_000, ['[1\n at x']],
    ['start', ['lost', '[1', '[2'], ' ', 0, ['lost', '[1']],
    ['end', ['a', 'b;', 'c;'], '\t', 0, ['a\tb;', 'c;']],
    ['all', ['a', 'b;', 'c'], '', 0, ['ab;']],
  ] as const)
    it(`match=${match}: ${texts.join(' | ')} after ${idleMs} ms is ${JSON.stringify(result)}`, () =>
      assert.deepEqual(records(regex(match, joint), texts, idleMs), result))

  it('says where reading must go on', () => {
    const assembler = regex('start')
    records(assembler, ['[1', 'x', '[2', 'y'])
    assert.equal(assembler.heldFrom, 2)
  })
})
