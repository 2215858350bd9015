import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RawEvent } from '../event/raw-event.ts'
import { alerted, loadExample, R } from '../../test/support/rule-session.ts'

/** An element holds 2,047 bytes; repeats are joined. */
function elements(open: string, name: string, pattern: string): string {
  const parts = pattern.match(/[^]{1,2000}/g) ?? []
  return parts.map((part) => `<${open}>${part}</${name}>`).join('')
}

const tenThousand = Array.from({ length: 10_000 }, (_, index) => 'zxqjkvwy'[index % 8]).join('|')

describe('rules with very many alternatives', () => {
  for (const [open, name] of [
    ['match', 'match'],
    ['regex', 'regex'],
    ['match type="pcre2"', 'match'],
  ] as const) {
    it(`<${open}> with 10,000 alternatives loads and matches as one with two does`, () => {
      const loaded = loadExample(R(100, 3, elements(open, name, tenThousand)))
      assert.deepEqual(loaded.problems, [])
      assert.equal(alerted(loaded, ['tst: abc', 'tst: abcy', 'tst: ', 'tst: zzz']), '– 100 – 100')
    })
  }

  it('a pattern of 20,481 bytes is a problem that says where it stands', () => {
    const { problems } = loadExample(R(100, 3, elements('match', 'match', 'a'.repeat(20_481))))
    assert.deepEqual(
      problems.map(({ code, severity, at }) => [code, severity, at?.file]),
      [['pattern-syntax', 'fatal', 'etc/rules/local.xml']],
    )
  })

  it('siblings that need different texts are told apart whatever their number', () => {
    const rules = Array.from({ length: 300 }, (_, index) =>
      R(1000 + index, 3, `<match>word ${index}.</match>`),
    )
    const loaded = loadExample(rules.join(''))
    // The index of texts is made when the rules have been used for a while.
    const lines = Array.from({ length: 60 }, (_, round) => `tst: a WORD ${(round * 7) % 300}. here`)
    const expected = lines.map((_, round) => String(1000 + ((round * 7) % 300)))
    assert.equal(alerted(loaded, lines), expected.join(' '))
    assert.equal(
      alerted(loaded, [...lines, 'tst: no such text', 'tst: word 7'])
        .split(' ')
        .slice(-2)
        .join(' '),
      '– –',
    )
  })
})

describe('correlation over very many keys', () => {
  it('100,000 addresses in a second are held within the limit, and the newest ones are counted', () => {
    const loaded = loadExample(
      R(100, 3, '<decoded_as>tst</decoded_as>') +
        R(101, 10, '<if_matched_sid>100</if_matched_sid><same_source_ip/>', 'frequency="3" timeframe="60"'),
    )
    const { decoder, rules, memory } = loaded.newSession()
    const ruleOf = (address: string, atMs: number): number | undefined => {
      const text = `Dec 29 10:00:01 h tst: act ${address} bob`
      const raw = new RawEvent({ id: '', source: 't', location: 't', receivedAtMs: atMs, text })
      const event = decoder.decode(raw)
      assert.ok(event)
      return rules.evaluate(event, memory).rule?.id
    }
    const keys = 100_000
    for (let key = 0; key < keys; key += 1)
      ruleOf(`10.${key >> 16}.${(key >> 8) & 255}.${key & 255}`, key / 100)
    assert.deepEqual([memory.limit, memory.held, memory.evicted], [65_536, 65_536, keys - 65_536])
    assert.deepEqual(
      [1, 2, 3].map(() => ruleOf('192.0.2.1', 1000)),
      [100, 100, 101],
    )
    assert.equal(memory.held, 65_536)
  })
})
