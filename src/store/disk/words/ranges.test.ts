import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { addRange, cut, inRanges, joined, type Range } from './ranges.ts'

const at = (...bounds: readonly (readonly [from: number, to: number])[]): Range[] =>
  bounds.map(([from, to]) => ({ from, to }))

describe('ranges of positions', () => {
  it('adjoining ones become one', () => {
    const ranges: Range[] = []
    for (const range of at([1, 5], [6, 9], [11, 12])) addRange(ranges, range)
    assert.deepEqual(ranges, at([1, 9], [11, 12]))
  })

  it('are cut from the end the reader begins at', () => {
    const [whole] = at([1, 10])
    assert.ok(whole)
    assert.deepEqual(cut(whole, 3, true), at([8, 10], [1, 7]))
    assert.deepEqual(cut(whole, 3, false), at([1, 3], [4, 10]))
    assert.deepEqual(cut(whole, 10, true), [whole, undefined])
  })

  it('are joined over the smallest gaps', () => {
    const ranges = at([1, 2], [4, 5], [100, 110], [112, 113], [500, 501])
    assert.deepEqual(joined(ranges, 3), at([1, 5], [100, 113], [500, 501]))
    assert.deepEqual(joined(ranges, 1), at([1, 501]))
    assert.deepEqual(joined(ranges, 5), ranges)
  })

  it('none is a condition that nothing meets', () => {
    assert.equal(inRanges([]), '(false)')
    assert.equal(inRanges(at([1, 2], [4, 5])), '(position BETWEEN 1 AND 2 OR position BETWEEN 4 AND 5)')
  })
})
