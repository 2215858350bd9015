import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { addMembers, JsonLeaf, parseJsonObject } from './json-members.ts'
import { labelMembers } from './labels.ts'

const label = (key: string, value: string) => ({ key, value })

const cases = [
  { text: '{}', labels: [label('a', 'b')], result: '{"a":"b"}' },
  { text: '{"x":1}', labels: [label('a', 'b')], result: '{"x":1,"a":"b"}' },
  { text: ' { "x" : 1 } \r', labels: [label('a', 'b')], result: ' { "x" : 1 ,"a":"b"} \r' },
  { text: '{"A":1}', labels: [label('a', 'b')], result: '{"A":1}' },
  {
    text: '{"n":12345678901234567890}',
    labels: [label('a', 'b')],
    result: '{"n":12345678901234567890,"a":"b"}',
  },
  { text: '{"x":1}', labels: [label('a.b.c', 'v')], result: '{"x":1,"a":{"b":{"c":"v"}}}' },
  {
    text: '{"a":{"s":"}\\"{"},"y":[1,{"z":2}]}',
    labels: [label('a.b', 'v'), label('q', 'w')],
    result: '{"a":{"s":"}\\"{","b":"v"},"y":[1,{"z":2}],"q":"w"}',
  },
  { text: '{"a":{}}', labels: [label('a.b', 'v')], result: '{"a":{"b":"v"}}' },
  { text: '{"a":[1]}', labels: [label('a.b', 'v')], result: '{"a":[1]}' },
  { text: '{"x":1}', labels: [label('a', '["p", 2]')], result: '{"x":1,"a":["p", 2]}' },
  { text: '{"x":1}', labels: [label('a', '{"p":2}')], result: '{"x":1,"a":"{\\"p\\":2}"}' },
  { text: '{"x":1}', labels: [label('a', '1'), label('a', '2')], result: '{"x":1,"a":"1"}' },
  { text: '{"x":1}', labels: [label('a', '1'), label('a.b', '2')], result: '{"x":1,"a":"1"}' },
  { text: '{"x":1}', labels: [label('__proto__', 'p')], result: '{"x":1,"__proto__":"p"}' },
]

describe('addMembers()', () => {
  for (const { text, labels, result } of cases)
    it(`${text} and labels ${labels.map(({ key }) => key).join(', ')} are ${result}`, () => {
      const tree = parseJsonObject(text) ?? assert.fail('the case is no object')
      assert.equal(addMembers(text, tree, labelMembers(labels)), result)
      assert.deepEqual(tree, JSON.parse(result))
    })

  it('keeps an own member of the same name', () => {
    const text = '{"container":"mine"}'
    const tree = parseJsonObject(text) ?? assert.fail('the case is no object')
    assert.equal(addMembers(text, tree, { container: new JsonLeaf('{"name":"web"}') }), text)
  })
})

describe('parseJsonObject()', () => {
  for (const text of ['[]', '"x"', '12', 'null', '{', '', '{"a":1} x'])
    it(`${JSON.stringify(text)} is no object`, () => assert.equal(parseJsonObject(text), undefined))
})
