import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { assert as holds, jsonValue, array, property, uint8Array } from 'fast-check'

import { ItemScanner } from './item-scanner.ts'

function itemsOf(text: string): { items: readonly string[] | undefined; broken: boolean } {
  const bytes = Buffer.from(text)
  const value = new ItemScanner(bytes).next()
  const items = value?.items?.map(({ start, end }) => bytes.toString('utf8', start, end))
  return { items, broken: value?.broken !== undefined }
}

const cases = [
  { text: '{"items":[]}', items: [], broken: false },
  { text: '{"items":[{"a":1},{"b":"]}"}]}', items: ['{"a":1}', '{"b":"]}"}'], broken: false },
  { text: ' { "x" : [1] , "items" : [ 1 , null ] } ', items: ['1', 'null'], broken: false },
  {
    text: '{"items":[{"a":"\\\\"},{"a":"\\\\\\""}]}',
    items: ['{"a":"\\\\"}', '{"a":"\\\\\\""}'],
    broken: false,
  },
  { text: '{"items":[{"a":1},{"b":', items: ['{"a":1}'], broken: true },
  { text: '{"items":[{"a":"', items: [], broken: true },
  { text: '{"items":null}', items: undefined, broken: false },
  { text: '{"meta":{"items":[1]}}', items: undefined, broken: false },
  { text: '[1]', items: undefined, broken: true },
] as const

describe('ItemScanner', () => {
  for (const { text, items, broken } of cases)
    it(`${text} has items ${JSON.stringify(items)}`, () => assert.deepEqual(itemsOf(text), { items, broken }))

  it('finds exactly the items of any valid list', () =>
    holds(
      property(array(jsonValue()), (values) => {
        const written = values.map((value) => JSON.stringify(value))
        assert.deepEqual(itemsOf(`{"items":[${written.join(',')}],"kind":"x"}`), {
          items: written,
          broken: false,
        })
      }),
    ))

  it('ends on any bytes, and every span lies inside', () =>
    holds(
      property(uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Buffer.concat([Buffer.from('{"items":['), noise])
        const scanner = new ItemScanner(bytes)
        for (let value = scanner.next(); value !== undefined; value = scanner.next())
          for (const { start, end } of [value, ...(value.items ?? [])])
            assert.ok(start < end && end <= bytes.length)
      }),
    ))
})
