import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeldBytes, type LogRecord } from './assembler.ts'
import { ContainerLines, parseJsonFile } from './container-lines.ts'
import { JoinedContainerLines } from './joined-container-lines.ts'
import { RegexLines } from './multi-line.ts'

const time = '2026-11-22T01:09:26.5Z'
const wrapped = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time })

function assembler(): JoinedContainerLines {
  const held = new HeldBytes(1_000_000)
  const rule = {
    matches: (text: string) => /^\S/.test(text),
    match: 'start' as const,
    joint: '|',
    timeoutMs: 5000,
  }
  return new JoinedContainerLines(new ContainerLines(parseJsonFile, held), () => new RegexLines(rule, held))
}

function pushAll(
  lines: readonly string[],
  into = assembler(),
): { records: LogRecord[]; held: number | undefined } {
  const records: LogRecord[] = []
  lines.forEach((text, at) =>
    into.push({ id: `i${at}`, start: at * 100, text, cutFrom: undefined }, at, records),
  )
  return { records, held: into.heldFrom }
}

describe('JoinedContainerLines', () => {
  it('joins the lines of a stack trace, each stream for itself', () => {
    const { records, held } = pushAll([
      wrapped('Error: a\n'),
      wrapped('warn\n', 'stderr'),
      wrapped('  at x\n'),
      wrapped('  at y\n'),
      wrapped('next\n'),
      wrapped('other\n', 'stderr'),
    ])
    assert.deepEqual(
      records.map(({ id, text, written }) => [id, text, written?.stream]),
      [
        ['i0', 'Error: a|  at x|  at y', 'stdout'],
        ['i1', 'warn', 'stderr'],
      ],
    )
    assert.equal(held, 400)
  })

  it('joins pieces of long lines first, and goes on reading where the first piece began', () => {
    const { records, held } = pushAll([wrapped('Err'), wrapped('or\n'), wrapped('  at x\n')])
    assert.deepEqual(records, [])
    assert.equal(held, 0)
  })

  it('lines that are not wrapped are joined as well', () => {
    const { records } = pushAll(['Error', ' at x', 'next'])
    assert.deepEqual(
      records.map(({ text, written }) => [text, written]),
      [['Error| at x', undefined]],
    )
  })

  it('hands out what waits at the end, and when nothing came for long', () => {
    const late: LogRecord[] = []
    const into = assembler()
    pushAll([wrapped('Error\n'), wrapped(' at x\n')], into)
    into.idle(6000, late)
    assert.deepEqual(
      late.map(({ text, written }) => [text, written?.stream]),
      [['Error| at x', 'stdout']],
    )
    assert.equal(into.heldFrom, undefined)
    const rest: LogRecord[] = []
    pushAll([wrapped('more\n')], into)
    into.finish(rest)
    assert.deepEqual(
      rest.map(({ text }) => text),
      ['more'],
    )
  })
})
