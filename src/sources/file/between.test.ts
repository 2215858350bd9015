import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { ordered } from './between.ts'

describe('ordered()', () => {
  const births = { a: 10, b: 10, c: 10, d: 12, gone: 10 }
  const keyOf = (name: keyof typeof births): string => `1.${name}.${births[name].toString(36)}`
  for (const [what, found, oldestFirst, to, files, younger] of [
    ['by birth', ['d', 'a'], ['d', 'a'], 'd', ['a', 'd'], []],
    ['of one birth by name', ['c', 'a', 'b'], ['b', 'a', 'c', 'd'], 'd', ['b', 'a', 'c'], []],
    ['that have no name any more first', ['a', 'gone'], ['a'], 'd', ['gone', 'a'], []],
    ['made after the last one by name', ['a', 'b', 'c'], ['a', 'b', 'c'], 'b', ['a', 'b'], ['c']],
    ['all, while the last one has its path', ['a', 'b'], ['a', 'b'], 'c', ['a', 'b'], []],
  ] as const)
    it(`files ${what}`, () => {
      const result = ordered(
        found.map((name) => ({ key: keyOf(name), name })),
        oldestFirst.map(keyOf),
        keyOf(to),
      )
      assert.deepEqual(
        result.files.map(({ name }) => name),
        files,
      )
      assert.deepEqual(
        result.younger.map(({ name }) => name),
        younger,
      )
    })
})
