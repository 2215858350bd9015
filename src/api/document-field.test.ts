import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fieldText, parseDocument } from './document-field.ts'

const document = parseDocument(
  '{"a":{"b":"x","n":3,"l":["p","q"],"o":{"k":true}},"labels":{"app.kubernetes.io/name":"web","app":"short"},"nothing":null}',
)
const cases = [
  { path: 'a.b', text: 'x' },
  { path: 'a.n', text: '3' },
  { path: 'a.l', text: 'p, q' },
  { path: 'a.o', text: '{"k":true}' },
  { path: 'labels.app.kubernetes.io/name', text: 'web' },
  { path: 'labels.app', text: 'short' },
  { path: 'nothing', text: undefined },
  { path: 'a.b.c', text: undefined },
  { path: '__proto__.toString', text: undefined },
  { path: 'constructor', text: undefined },
] as const

describe('fieldText()', () => {
  for (const { path, text } of cases) {
    it(`${path} is ${text}`, () => assert.equal(fieldText(document, path), text))
  }

  it('finds nothing in what is no JSON', () =>
    assert.equal(fieldText(parseDocument('{oops'), 'a'), undefined))
})
