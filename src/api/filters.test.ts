import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { narrow, parseFilter } from './filters.ts'

const cases = [
  { text: 'rule.id:87903', filter: { field: 'rule.id', kind: 'is', value: '87903' } },
  { text: '-rule.id:1:2', filter: { field: 'rule.id', kind: 'is-not', value: '1:2' } },
  { text: 'a%3Ab%25:x', filter: { field: 'a:b%', kind: 'is', value: 'x' } },
  { text: '!data.verb', filter: { field: 'data.verb', kind: 'absent', value: '' } },
  { text: '?data.verb', filter: { field: 'data.verb', kind: 'present', value: '' } },
  { text: 'a:', filter: { field: 'a', kind: 'is', value: '' } },
  { text: 'none', filter: undefined },
  { text: ':x', filter: undefined },
  { text: '!', filter: undefined },
  { text: '', filter: undefined },
] as const

describe('parseFilter()', () => {
  for (const { text, filter } of cases) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(filter)}`, () =>
      assert.deepEqual(parseFilter(text), filter))
  }
})

describe('narrow()', () => {
  const one = { field: 'a', kind: 'is', value: '1' } as const
  const two = { field: 'a', kind: 'is', value: '2' } as const
  const not = { field: 'b', kind: 'is-not', value: '3' } as const
  const match = (field: string, value: string) => ({ kind: 'match', field, value, phrase: true })

  it('without filters is the query', () => assert.deepEqual(narrow({ kind: 'all' }, []), { kind: 'all' }))

  it('takes values of one field as alternatives', () => {
    assert.deepEqual(narrow({ kind: 'all' }, [one, two]), {
      kind: 'or',
      parts: [match('a', '1'), match('a', '2')],
    })
  })

  it('joins fields, and excludes', () => {
    assert.deepEqual(narrow({ kind: 'all' }, [one, not]), {
      kind: 'and',
      parts: [match('a', '1'), { kind: 'not', part: match('b', '3') }],
    })
  })

  it('leaves one field out when told', () => {
    assert.deepEqual(narrow({ kind: 'all' }, [one, not], 'b'), match('a', '1'))
  })
})
