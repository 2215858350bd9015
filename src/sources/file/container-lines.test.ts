import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { HeldBytes, type LogRecord } from './assembler.ts'
import { ContainerLines, parseCri, parseJsonFile } from './container-lines.ts'
import type { Line } from './line.ts'

const time = '2026-01-02T03:04:05.678901234Z'
const dockerLines: readonly (readonly [line: string, text: string | undefined, isPartial?: boolean])[] = [
  [`{"log":"hello\\n","stream":"stdout","time":"${time}"}`, 'hello'],
  [`{"log":"tty\\r\\n","stream":"stdout","time":"${time}"}`, 'tty'],
  [`{"log":"no end","stream":"stderr","time":"${time}"}`, 'no end', true],
  [`{"log":"x\\n","stream":"stdout","attrs":{"tag":"a"},"time":"${time}"}`, 'x'],
  [`{"log":"{\\"a\\":1}\\n","stream":"stdout","time":"${time}"}`, '{"a":1}'],
  [`{"log":"caf\xc3\xa9 \\u00e9\\n","stream":"stdout","time":"${time}"}`, 'caf\xc3\xa9 \xc3\xa9'],
  [`{"log":"\\n","stream":"stdout","time":"${time}"}`, ''],
  [`{"log":"x\\n","stream":"stdin","time":"${time}"}`, undefined],
  [`{"log":"x\\n","stream":"stdout"}`, undefined],
  [`{"log":"x\\n","stream":"stdout","time":"${time}","level":"info"}`, undefined],
  [`{"log":{"a":1},"stream":"stdout","time":"${time}"}`, undefined],
  [`{"message":"x","log":"x\\n","stream":"stdout","time":"${time}"}`, undefined],
  [`{"log":"x`, undefined],
  ['plain', undefined],
]
const criLines: readonly (readonly [line: string, text: string | undefined, isPartial?: boolean])[] = [
  [`${time} stdout F hello world`, 'hello world'],
  [`${time} stderr P hel`, 'hel', true],
  [`${time} stdout F:tag x`, 'x'],
  [`${time} stdout F `, ''],
  ['2026-01-02T03:04:05+02:00 stdout F x', 'x'],
  [`${time} stdin F x`, undefined],
  [`${time} stdout X x`, undefined],
  ['Jan  1 00:00:00 host app: x', undefined],
]

for (const [name, parse, cases] of [
  ['parseJsonFile', parseJsonFile, dockerLines],
  ['parseCri', parseCri, criLines],
] as const)
  describe(`${name}()`, () => {
    for (const [line, text, isPartial = false] of cases)
      it(`${line} is ${text === undefined ? 'no envelope' : JSON.stringify(text)}`, () => {
        const envelope = parse(line)
        assert.equal(envelope?.text, text)
        if (envelope) assert.equal(envelope.isPartial, isPartial)
      })
  })

function lines(texts: readonly string[]): readonly Line[] {
  let start = 0
  return texts.map((text) => {
    const line = { start, text, id: `line-${start}`, cutFrom: undefined }
    start += text.length + 1
    return line
  })
}

const docker = (log: string, stream = 'stdout') => JSON.stringify({ log, stream, time })

function assemble(texts: readonly string[], held = new HeldBytes(1e9)) {
  const assembler = new ContainerLines(parseJsonFile, held)
  const records: LogRecord[] = []
  for (const line of lines(texts)) assembler.push(line, 0, records)
  return { assembler, records }
}

describe('ContainerLines', () => {
  it('joins partial lines per stream and names them after their first part', () => {
    const first = docker('one ')
    const { records, assembler } = assemble([
      first,
      docker('other\n', 'stderr'),
      docker('two '),
      docker('three\n'),
    ])
    assert.deepEqual(
      records.map(({ id, text, written }) => [id, text, written?.stream]),
      [
        [`line-${first.length + 1}`, 'other', 'stderr'],
        ['line-0', 'one two three', 'stdout'],
      ],
    )
    assert.equal(assembler.heldFrom, undefined)
  })

  it('says where reading must go on while it holds a part', () => {
    const { assembler } = assemble([docker('x\n'), docker('part')])
    assert.equal(assembler.heldFrom, docker('x\n').length + 1)
  })

  it('hands out a part whose rest does not come within five seconds', () => {
    const { assembler, records } = assemble([docker('part')])
    assembler.idle(4_999, records)
    assert.equal(records.length, 0)
    assembler.idle(5_000, records)
    assert.deepEqual(
      records.map(({ text }) => text),
      ['part'],
    )
  })

  it('cuts what grows beyond 1 MiB and says how long it was', () => {
    const part = 'x'.repeat(16 * 1024)
    const { records } = assemble([...Array.from({ length: 100 }, () => docker(part)), docker('end\n')])
    const [record] = records
    assert.equal(records.length, 1)
    assert.equal(record?.isCut, true)
    assert.equal(record?.text.length, 1024 * 1024 + ' [cut: 1638403 bytes]'.length)
    assert.ok(record?.text.endsWith('x [cut: 1638403 bytes]'))
  })

  it('does not hold more than all files together may', () => {
    const held = new HeldBytes(100)
    const { records } = assemble([docker('x'.repeat(90)), docker('y'.repeat(90)), docker('z\n')], held)
    assert.deepEqual(
      records.map(({ text }) => text.length),
      [180, 1],
    )
    assert.equal(held.bytes, 0)
  })

  it('lets lines through that are not wrapped', () => {
    assert.deepEqual(
      assemble(['{"a":1}', 'text']).records.map(({ text, written }) => [text, written]),
      [
        ['{"a":1}', undefined],
        ['text', undefined],
      ],
    )
  })
})
