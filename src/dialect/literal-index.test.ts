import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { LiteralIndex } from './literal-index.ts'

function find(lists: readonly (readonly string[])[], subject: string): number[] {
  const index = LiteralIndex.of(lists)
  if (index === undefined) return []
  const found = new Int32Array(index.words)
  index.find(subject, found)
  return lists.flatMap((_, list) => (((found[list >> 5] ?? 0) & (1 << (list & 31))) === 0 ? [] : [list]))
}

const cases = [
  { lists: [['she'], ['he'], ['hers']], subject: 'ushers', found: [0, 1, 2] },
  { lists: [['she'], ['he'], ['hers']], subject: 'uhx', found: [] },
  { lists: [['a', 'b'], ['c']], subject: 'xxb', found: [0] },
  { lists: [['failed'], ['failed password']], subject: 'failed passwor', found: [0] },
  { lists: [['\xff\xff']], subject: 'a\xff\xff', found: [0] },
  { lists: [['ab']], subject: '', found: [] },
] as const

describe('LiteralIndex', () => {
  for (const { lists, subject, found } of cases) {
    it(`${JSON.stringify(lists)} in ${JSON.stringify(subject)}: ${JSON.stringify(found)}`, () =>
      assert.deepEqual(find(lists, subject), found))
  }

  it('tells more than 32 lists apart', () => {
    const lists = Array.from({ length: 100 }, (_, list) => [`<${list}>`])
    assert.deepEqual(find(lists, '<3> <31> <32> <63> <64> <99>'), [3, 31, 32, 63, 64, 99])
  })

  it('finds what looking for each text finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
    const lists = fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 40 })
    const subjects = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 12 })
    fc.assert(
      fc.property(lists, subjects, (all, subject) => {
        const naive = all.flatMap((texts, list) => (texts.some((one) => subject.includes(one)) ? [list] : []))
        assert.deepEqual(find(all, subject), naive)
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 500 },
    )
  })

  it('is not built when it would be large', () => {
    const lists = Array.from({ length: 2000 }, (_, list) => [`${list}-abcdefghijklmnopqrstuvwxyz`])
    assert.equal(LiteralIndex.of(lists), undefined)
  })
})
