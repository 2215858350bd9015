import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ipMatches, parseIpPattern } from './ip-list.ts'

function matches(pattern: string, value: string): boolean | string {
  const parsed = parseIpPattern(pattern)
  return 'wrong' in parsed ? 'refused' : ipMatches([parsed.value], value)
}

describe('addresses of srcip and dstip (spec rules.md §3.3)', () => {
  const cases: [string, string, string][] = [
    [
      '10.0.0.1',
      '10.0.0.1',
      '10.0.0.2 ::1 ::ffff:10.0.0.1 abc 10.0.0.01 10.0.0.1. 10.1 10.0.0.1:80 10.0.0.1/32',
    ],
    ['10.0.0.0/8', '10.0.0.1 10.255.1.2', '11.0.0.1 2001:db8::5'],
    ['10.0.0.0/255.0.0.0', '10.9.9.9', '11.0.0.1'],
    ['192.168.1.1/24', '192.168.1.77', '192.168.2.1'],
    ['0.0.0.0/0', '1.2.3.4 255.255.255.255', '::1 abc'],
    ['::ffff:10.0.0.1', '10.0.0.1', '::ffff:10.0.0.1'],
    ['::1', '::1 0:0:0:0:0:0:0:1 ::0.0.0.1', '::2 10.0.0.1'],
    ['2001:db8::/33', '2001:db8::5 2001:DB8:7fff::', '2001:db8:8000:: 10.0.0.1'],
    [
      'any',
      '1.2.3.4 :: fe80::1',
      'abc 1.2.3 fe80::1%eth0 1.2.3.4/24 256.0.0.1 :::  1:2:3:4:5:6:7:8:9 12345:: 1::2::3',
    ],
    ['!10.0.0.0/8', '10.0.0.1', '11.0.0.1'],
  ]
  for (const [pattern, yes, no] of cases) {
    it(`${pattern} matches ${yes}, not ${no}`, () => {
      for (const value of yes.split(' ')) assert.equal(matches(pattern, value), true, value)
      for (const value of no.split(' ')) assert.equal(matches(pattern, value), false, value)
    })
  }
  const wrong = [
    '',
    'abc',
    '10.0.',
    '10.0.0.1 ',
    '10.0.0.0/33',
    '10.0.0.0/',
    '010.0.0.1',
    '256.1.1.1',
    '::/0',
  ]
  for (const text of [
    ...wrong,
    '10.0.0.1, 10.0.0.2',
    '192.168.1.1/24/8',
    'fd00::/129',
    '10.0.0.0/255.0',
    '!',
  ]) {
    it(`${JSON.stringify(text)} is refused`, () => assert.equal(matches(text, '10.0.0.1'), 'refused'))
  }
  it('several are alternatives', () => {
    const list = ['10.0.0.0/8', '1.1.1.1'].flatMap((text) => {
      const parsed = parseIpPattern(text)
      return 'value' in parsed ? [parsed.value] : []
    })
    assert.deepEqual(
      ['10.1.1.1', '1.1.1.1', '1.1.1.2'].map((value) => ipMatches(list, value)),
      [true, true, false],
    )
  })
  it('an ignored ! is reported', () => {
    const [bang, plain] = [parseIpPattern('!1.1.1.1'), parseIpPattern('1.1.1.1')]
    assert.equal('value' in bang && bang.hasIgnoredBang, true)
    assert.equal('value' in plain && plain.hasIgnoredBang, false)
  })
})
