import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { alerted, loadExample, R } from '../../test/support/rule-session.ts'
import { parseCdbList } from './cdb-list.ts'

const list = '10.0.:net\n10.0.0.5:host\nroot:admin\n'
const cases = [
  { lookup: 'match_key', value: '10.0.0.5', holds: true },
  { lookup: 'match_key', value: '10.0.0.6', holds: false },
  { lookup: 'not_match_key', value: '10.0.0.6', holds: true },
  { lookup: 'match_key_value', check: 'host', value: '10.0.0.5', holds: true },
  { lookup: 'match_key_value', check: 'net', value: '10.0.0.5', holds: false },
  { lookup: 'match_key_value', value: '10.0.0.5', holds: false },
  { lookup: 'address_match_key', value: '10.0.9.9', holds: true },
  { lookup: 'address_match_key', value: '10.9.9.9', holds: false },
  { lookup: 'not_address_match_key', value: '10.9.9.9', holds: true },
  { lookup: 'address_match_key_value', check: 'net', value: '10.0.9.9', holds: true },
  { lookup: 'address_match_key_value', check: 'net', value: '10.0.0.5', holds: false },
] as const

describe('lists', () => {
  for (const { lookup, value, holds, ...more } of cases) {
    const check = 'check' in more ? `check_value="${more.check}"` : ''
    it(`rules.md 3.7 ${lookup} ${check} of ${value}: ${holds}`, () => {
      const rule = R(100, 5, `<list field="srcip" lookup="${lookup}" ${check}>etc/lists/x</list>`)
      const loaded = loadExample(rule, { 'etc/lists/x': list })
      assert.equal(alerted(loaded, [`{"srcip":"${value}"}`]), holds ? '100' : '–')
      assert.equal(alerted(loaded, ['{"a":"1"}']), '–')
    })
  }

  it('rules.md 3.7 of three lists all count (Q-3 fixed)', () => {
    const listOf = (field: string): string => `<list field="${field}">etc/lists/x</list>`
    const loaded = loadExample(R(100, 5, listOf('a') + listOf('b') + listOf('c')), { 'etc/lists/x': list })
    const events = ['{"a":"no","b":"root","c":"root"}', '{"a":"root","b":"root","c":"root"}']
    assert.equal(alerted(loaded, events), '– 100')
  })
})

const lines = [
  { line: 'key:value', key: 'key', value: 'value' },
  { line: 'key:a:b', key: 'key', value: 'a:b' },
  { line: 'key:', key: 'key', value: '' },
  { line: 'key', key: 'key', value: undefined },
  { line: '"a:b":v', key: 'a:b', value: 'v' },
  { line: 'k:"v:8" x', key: 'k', value: 'v:8' },
  { line: ' k5 : v6 ', key: ' k5 ', value: ' v6 ' },
  { line: '# c:1', key: '# c', value: '1' },
  { line: 'mid"x:1', key: 'mid"x', value: undefined },
  { line: 'k:1\r', key: 'k', value: '1' },
  { line: 'k:1\nk:2', key: 'k', value: '1' },
] as const

describe('list files', () => {
  for (const { line, key, value } of lines) {
    it(`rules.md 7 ${JSON.stringify(line)} gives ${JSON.stringify(key)} the value ${JSON.stringify(value)}`, () =>
      assert.equal(parseCdbList('x', line).get(key), value))
  }
})
