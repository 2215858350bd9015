import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LineSplitter } from './line-splitter.ts'

const chunks = [
  [['{"a":1}\n{"b":2}\n'], ['{"a":1}', '{"b":2}']],
  [['{"a', '":1}', '\n'], ['{"a":1}']],
  [['\n\r\n{"a":1}\r\n'], ['{"a":1}']],
  [['no end'], []],
] as const

describe('LineSplitter', () => {
  for (const [parts, lines] of chunks) {
    it(`makes ${JSON.stringify(lines)} of ${JSON.stringify(parts)}`, () => {
      const splitter = new LineSplitter(100)
      assert.deepEqual(
        parts.flatMap((part) => splitter.push(Buffer.from(part))),
        [...lines],
      )
    })
  }
  it('joins characters that were cut in the middle', () => {
    const bytes = Buffer.from('"é"\n')
    const splitter = new LineSplitter(100)
    assert.deepEqual(
      [...bytes].flatMap((byte) => splitter.push(Buffer.from([byte]))),
      ['"é"'],
    )
  })
  it('leaves out and counts a line beyond its limit, and goes on with the next', () => {
    const splitter = new LineSplitter(10)
    assert.deepEqual(splitter.push(Buffer.from('x'.repeat(8))), [])
    assert.deepEqual(splitter.push(Buffer.from('x'.repeat(8))), [])
    assert.deepEqual(splitter.push(Buffer.from('y\nshort\n')), ['short'])
    assert.equal(splitter.tooLong, 1)
  })
})
