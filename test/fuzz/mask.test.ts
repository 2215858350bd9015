import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { Masker } from '../../src/mask/masker.ts'

const masker = new Masker({ defaults: true, patterns: [], fields: [] }, { masked: () => undefined })

const words = fc.constantFrom(
  'password=hunter2',
  'Authorization: Bearer abcdefghijklmnopqrstuvwxyz',
  '--token "two words"',
  'postgres://a:b@c',
  '-----BEGIN PRIVATE KEY-----\nAA',
  '{"kind":"Secret","data":{"k":"v"}}',
  '{"password":"x"',
  'plain',
  '\\',
  '"',
)
const text = fc.oneof(
  fc.string(),
  words,
  fc.tuple(fc.string(), words, fc.string()).map((parts) => parts.join(' ')),
)
const name = fc.oneof(fc.constantFrom('kind', 'data', 'name', 'value', 'token', 'requestObject'), fc.string())
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.constantFrom(null, true, 'Secret'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 5 }),
  ),
}))

/** The same with every text replaced, so that only the shape is left. */
function shape(value: unknown): unknown {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, member]) => [key, shape(member)])
}

describe('masking', () => {
  it('leaves JSON valid, with the same members and everything that is no text', () =>
    fc.assert(
      fc.property(tree, (value) => {
        const json = JSON.stringify({ full_log: value })
        const masked: unknown = JSON.parse(masker.maskText(json))
        assert.deepEqual(shape(masked), shape(JSON.parse(json)))
      }),
      { numRuns: 500 },
    ))

  it('of what is masked changes nothing', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          tree.map((value) => JSON.stringify(value) ?? ''),
        ),
        (value) => {
          const once = masker.maskText(value)
          assert.equal(masker.maskText(once), once)
        },
      ),
      { numRuns: 500 },
    ))
})
