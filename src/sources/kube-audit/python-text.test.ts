import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { assert as holds, jsonValue, property } from 'fast-check'

import { pythonJson } from '../../event/python-json.ts'
import { framedPythonText, pythonText } from './python-text.ts'

// Right-hand sides were printed by CPython 3.11: json.dumps(json.loads(left)).
const cases = [
  ['{}', '{}'],
  [' { "a" : [ 1 , 2 ,\n{} ] } ', '{"a": [1, 2, {}]}'],
  ['{"uri":"/api?a=1\\u0026b=\\u003c\\u003e","slash":"\\/"}', '{"uri": "/api?a=1&b=<>", "slash": "/"}'],
  ['{"n":12345678901234567890,"m":-9007199254740993}', '{"n": 12345678901234567890, "m": -9007199254740993}'],
  ['"a,b:c\\"d\\\\"', '"a,b:c\\"d\\\\"'],
  [
    '"é😀\u007f\\u001B\\u000A\\u0022\\ud83d\\ude00"',
    '"\\u00e9\\ud83d\\ude00\\u007f\\u001b\\n\\"\\ud83d\\ude00"',
  ],
] as const

describe('pythonText()', () => {
  for (const [json, text] of cases)
    it(`prints ${json} as ${text}`, () => assert.equal(pythonText(Buffer.from(json)), text))

  it('agrees with the walk over the parsed value, whatever the strings', () =>
    holds(
      property(
        jsonValue({ noUnicodeString: false }).filter((value) => !/\d[.e]/.test(JSON.stringify(value))),
        (value) => {
          const json = JSON.stringify(value)
          assert.equal(pythonText(Buffer.from(json)), pythonJson(JSON.parse(json)))
        },
      ),
    ))

  const longest = 8 * 1024 ** 2
  for (const { what, unit, shown } of [
    { what: 'letters', unit: 'x', shown: 'x' },
    { what: 'escapes', unit: '\\n', shown: '\\n' },
    { what: 'characters that become six bytes each', unit: '\x7f', shown: '\\u007f' },
  ])
    it(`prints a string of eight million bytes that are ${what}`, () => {
      const count = longest / unit.length
      const printed = pythonText(Buffer.from(`["${unit.repeat(count)}"]`))
      assert.ok(printed === `["${shown.repeat(count)}"]`)
    })

  it('a large document keeps its integers too', () => {
    const padding = 'x'.repeat(300_000)
    const json = `{"n":12345678901234567890,"p":"${padding}","q":"1,\\"23456789012345678901"}`
    assert.equal(
      pythonText(Buffer.from(json)),
      `{"n": 12345678901234567890, "p": "${padding}", "q": "1,\\"23456789012345678901"}`,
    )
  })
})

describe('framedPythonText()', () => {
  const frame = { head: '{"a": 1, ', tail: ', "z": 2}' }
  const longTail = { head: '{', tail: `, "z": "${'x'.repeat(5_000)}"}` }
  const cases = [
    { json: '{"b":"\u00e9","c":[1,{}]}', frame, text: '{"a": 1, "b": "\\u00e9", "c": [1, {}], "z": 2}' },
    { json: '{"b":1}', frame: longTail, text: `{"b": 1${longTail.tail}` },
  ]
  for (const { json, frame: around, text } of cases)
    it(`puts ${json} into a frame of ${around.tail.length}`, () =>
      assert.equal(framedPythonText(Buffer.from(json), around), text))

  it('a large document as well', () => {
    const padding = 'x'.repeat(300_000)
    assert.equal(
      framedPythonText(Buffer.from(`{"p":"${padding}"}`), frame),
      `{"a": 1, "p": "${padding}", "z": 2}`,
    )
  })
})
