import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type StaticName, staticNames } from '../../event/decoded-event.ts'
import { fieldKey } from '../../event/field-key.ts'
import { EventFields } from '../event-fields.ts'
import type { JsonOptions } from '../plugin.ts'
import { addJsonFields } from './json-decoder.ts'

const usual: JsonOptions = { nulls: 'string', arrays: 'array' }

function decode(text: string, options = usual, limit = Infinity): EventFields {
  const fields = new EventFields(limit)
  addJsonFields(fields, text, 0, options)
  return fields
}

function shown(fields: EventFields): string[] {
  const fixed = staticNames.flatMap((name: StaticName) => {
    const value = fields.fixed(name)
    return value === undefined ? [] : [`<${name}>=${value}`]
  })
  return [...fixed, ...[...fields.entries()].map(([name, value]) => `${name}=${value}`)]
}

const cases: readonly (readonly [clause: string, text: string, fields: readonly string[]])[] = [
  [
    'values',
    '{"s":"x","e":"","i":7,"f":2.5,"t":true,"n":null,"o":{}}',
    ['s=x', 'e=', 'i=7', 'f=2.500000', 't=true', 'n=null'],
  ],
  ['paths', '{"a":{"b.c":{"":1}},"":2}', ['a.b.c.=1', '=2']],
  ['order of integer-like keys', '{"2":"b","1":"a","x":0}', ['2=b', '1=a', 'x=0']],
  ['duplicates', '{"k":1,"K":2,"k":{"k":3}}', ['k=1', 'K=2', 'k.k=3']],
  [
    'arrays',
    '{"a":[1,"x",{"k":"v","l":[null,1.5]},{}],"b":[]}',
    ['a=[1, "x", {\n\t\t"k":\t"v",\n\t\t"l":\t[null, 1.5]\n\t}, {\n\t}]', 'b=[]'],
  ],
  ['escapes in arrays', '{"a":["\\u0001\\n\\"\\/"]}', ['a=["\\u0001\\n\\"/"]']],
  ['trailing text', '{"a":1}} x', ['a=1']],
  ['byte order mark and space', '\xef\xbb\xbf \x01{"a":1}', ['a=1']],
  ['lax numbers', '{"a":01,"b":1.,"c":-.5,"d":1.e2}', ['a=1', 'b=1', 'c=-0.500000', 'd=100']],
  ['raw control characters', '{"a":"x\ty\nz"}', ['a=x\ty\nz']],
  ['escapes', '{"a":"\\u00e9\\ud83d\\ude00\\/","\\u0062":1}', ['a=\xc3\xa9\xf0\x9f\x98\x80/', 'b=1']],
  ['a NUL ends a string', '{"a":"x\\u0000y","b\\u0000c":1}', ['a=x', 'b=1']],
  ['a bad hexadecimal digit reads as NUL', '{"a":"x\\u00zzy"}', ['a=x']],
  ['lone surrogate', '{"b":1,"a":"\\ud800"}', []],
  ['unknown escape', '{"b":1,"a":"\\x41"}', []],
  ['trailing comma', '{"a":1,}', []],
  ['no object', '[{"a":1}]', []],
  [
    'static names',
    '{"srcip":"1","SrcIP":"2","x":{"srcip":"3"},"systemname":"4","system_name":"5"}',
    ['<srcip>=1', '<system_name>=4', 'SrcIP=2', 'x.srcip=3', 'system_name=5'],
  ],
  ['the last static value', '{"id":1,"id":[2]}', ['<id>=[2]']],
  ['user before dstuser', '{"user":"u","dstuser":"d"}', ['<dstuser>=d']],
  ['user after dstuser', '{"dstuser":"d","user":"u"}', ['<dstuser>=d', 'user=u']],
  ['user after an empty dstuser', '{"dstuser":"","user":"u","user":"v"}', ['<dstuser>=u', 'user=v']],
  ['user as an object', '{"user":{"name":"u"}}', ['user.name=u']],
]

describe('addJsonFields()', () => {
  for (const [clause, text, fields] of cases)
    it(`decoders.md 6.9, ${clause}: ${text}`, () => assert.deepEqual(shown(decode(text)), fields))

  it('decoders.md 6.9: nesting of 1000 is read, of 1001 is not', () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    assert.equal(shown(decode(nested(1000))).length, 1)
    assert.deepEqual(shown(decode(nested(1001))), [])
  })

  it('decoders.md 6.9: csv and discard', () => {
    const text = '{"a":[1,"x",{}],"b":[1,[2],3.5],"c":[{}],"d":null,"e":[]}'
    assert.deepEqual(shown(decode(text, { nulls: 'discard', arrays: 'csv' })), ['a=1,x,', 'b=1,3.500000'])
    assert.deepEqual(shown(decode('{"a":null,"b":[null]}', { ...usual, nulls: 'discard' })), ['b=[null]'])
  })

  it('rules.md 5.2: fields beyond the limit are left out, static ones are not', () => {
    const text = '{"a":1,"b":2,"c":3,"srcip":"9"}'
    const fields = decode(text, usual, 2)
    assert.deepEqual(shown(fields), ['<srcip>=9', 'a=1', 'b=2'])
    assert.equal(fields.dynamic(fieldKey('c')), undefined)
    assert.deepEqual(shown(decode('{"user":"u","user":"v","a":1}', usual, 1)), ['<dstuser>=u', 'user=v'])
  })

  it('rules.md 3.4: a name is found in any case, the first field wins', () => {
    const fields = decode('{"Some":{"Key":"1"},"some.KEY":"2"}')
    assert.equal(fields.dynamic(fieldKey('some.key')), '1')
  })

  it('finds fields that no rule knew when the event was decoded', () => {
    const fields = decode('{"Later.Name":"x"}')
    assert.equal(fields.dynamic(fieldKey('later.name')), 'x')
  })

  it('reads more duplicates of a known name than fit a scan', () => {
    const known = fieldKey('duplicate.of.many')
    const fields = decode(`{${'"duplicate.of.many":1,'.repeat(9000)}"x":2}`)
    assert.equal(fields.dynamic(known), '1')
    assert.equal([...fields.entries()].length, 9001)
  })

  it('reads texts longer than the buffer of the scan', () => {
    const text = `{"a":"${'x'.repeat(1_200_000)}","b":2}`
    assert.equal(decode(text).dynamic(fieldKey('b')), '2')
  })
})
