import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pythonJson } from './python-json.ts'

// Right-hand sides were printed by CPython 3.11: json.dumps(json.loads(left)).
const cases = [
  ['{}', '{}'],
  ['[]', '[]'],
  [
    '{"a":1,"b":[true,false,null,"x"],"c":{"d":{}}}',
    '{"a": 1, "b": [true, false, null, "x"], "c": {"d": {}}}',
  ],
  ['"caf\u00e9 \ud83d\ude00"', '"caf\\u00e9 \\ud83d\\ude00"'],
  [
    '"\\u0000\\u001b[31m\\n\\t\\b\\f\\r\\"\\\\/\\u007f<>&"',
    '"\\u0000\\u001b[31m\\n\\t\\b\\f\\r\\"\\\\/\\u007f<>&"',
  ],
  ['{"k\\u00fc":"\\ud800"}', '{"k\\u00fc": "\\ud800"}'],
  ['-1.5', '-1.5'],
] as const

describe('pythonJson()', () => {
  for (const [json, text] of cases) {
    it(`prints ${json} as ${text}`, () => assert.equal(pythonJson(JSON.parse(json)), text))
  }
  it('keeps 64-bit integers exact when they come as bigint', () =>
    assert.equal(pythonJson({ timeNano: 1_795_309_767_625_072_224n }), '{"timeNano": 1795309767625072224}'))
  it('leaves out members that are undefined', () =>
    assert.equal(pythonJson({ a: undefined, b: 1 }), '{"b": 1}'))
})
