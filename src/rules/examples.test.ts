// The worked examples of the rule specification, by number.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import {
  A,
  agent,
  alerted,
  at,
  counting,
  evaluateAll,
  loadExample,
  numbered,
  R,
  type Sent,
} from '../../test/support/rule-session.ts'

const cases: readonly {
  clause: string
  rules: string
  events: readonly (string | Sent)[]
  alerts: string
}[] = [
  {
    clause: '4.3a first match wins, siblings of level 0 first',
    rules:
      R(100, 4, '<match>a</match>') +
      R(101, 15, '<match>a</match>') +
      R(102, 3, '<if_sid>100</if_sid><match>ab</match>'),
    events: ['a', 'ab'],
    alerts: '101 101',
  },
  {
    clause: '4.3b a child of level 0 ends the evaluation without an alert',
    rules: R(100, 10, '<match>a</match>') + R(101, 0, '<if_sid>100</if_sid><match>ab</match>'),
    events: ['a', 'ab'],
    alerts: '100 –',
  },
  {
    clause: '4.3c a rule with noalert lets its siblings be tried',
    rules:
      R(100, 3, '<match>p</match>', 'noalert="1"') +
      R(101, 5, '<if_sid>100</if_sid><match>z</match>') +
      R(102, 3, '<match>p</match>'),
    events: ['p', 'pz'],
    alerts: '102 101',
  },
  {
    clause: '4.3f if_level reaches the roots too (Q-2)',
    rules: R(101, 8, '<match>q</match>') + R(200, 10, '<if_level>5</if_level><match>z</match>'),
    events: ['z'],
    alerts: '200',
  },
  {
    clause: '4.5a ignore shows the parent for a while',
    rules: R(90, 4, '<match>a</match>') + R(100, 6, '<if_sid>90</if_sid><match>ab</match>', 'ignore="4"'),
    events: [at('ab', 0), at('ab', 0), at('ab', 0), at('ab', 5), at('ab', 5)],
    alerts: '100 90 90 100 90',
  },
  {
    clause: '4.5c ignored below a root is not written',
    rules: R(100, 5, '<match>a</match>', 'ignore="3"'),
    events: [0, 2, 4, 6, 8].map((seconds) => at('a', seconds)),
    alerts: '100 – 100 – 100',
  },
  {
    clause: '4.7a counting starts again after it fired',
    rules: A + counting('frequency="3"'),
    events: numbered(7),
    alerts: '100 100 200 100 100 200 100',
  },
  {
    clause: '4.7b frequency 2 fires on every further event (Q-9)',
    rules: A + counting('frequency="2"'),
    events: numbered(4),
    alerts: '100 200 200 200',
  },
  {
    clause: '4.7d what is older than the timeframe does not count',
    rules: A + counting('frequency="3" timeframe="3"'),
    events: [at('a1', 0), at('a2', 0), at('a3', 5), at('a4', 5), at('a5', 5)],
    alerts: '100 100 100 100 200',
  },
  {
    clause: '4.7d an age equal to the timeframe still counts',
    rules: A + counting('frequency="3" timeframe="3"'),
    events: [at('a1', 0), at('a2', 0), at('a3', 3)],
    alerts: '100 100 200',
  },
  {
    clause: '4.7e agents are counted apart',
    rules: A + counting('frequency="3"'),
    events: ['001', '002', '001', '002', '001'].map((id) => agent(id, 'a')),
    alerts: '100 100 100 100 200',
  },
  {
    clause: '4.7e global_frequency counts all agents',
    rules: A + counting('frequency="3"', '<global_frequency/>'),
    events: ['001', '002', '001', '002'].map((id) => agent(id, 'a')),
    alerts: '100 100 200 100',
  },
  {
    clause: '4.7h level 0 is never counted (Q-13)',
    rules: R(100, 0, '<match>a</match>') + counting('frequency="3"'),
    events: numbered(5),
    alerts: '– – – – –',
  },
  {
    clause: '4.7h an alert that is not written counts',
    rules: R(100, 1, '<match>a</match>') + counting('frequency="3"'),
    events: numbered(3),
    alerts: '– – 200',
  },
  {
    clause: '4.7i a higher level counts through the mark of a lower one',
    rules:
      A + counting('frequency="3"') + R(201, 12, '<if_matched_sid>100</if_matched_sid>', 'frequency="5"'),
    events: numbered(6),
    alerts: '100 100 200 100 100 201',
  },
  {
    clause: '4.7n if_matched_group counts an event once whatever its parents (Q-5 fixed)',
    rules: `<group name="x,">${R(90, 3, '<match>p</match>')}${R(91, 3, '<match>q</match>')}</group><group name="g1,">${R(100, 4, '<if_sid>90,91</if_sid><match>a</match>')}</group><group name="y,">${R(200, 10, '<if_matched_group>g1</if_matched_group>', 'frequency="5"')}</group>`,
    events: numbered(5, 'pa'),
    alerts: '100 100 100 100 200',
  },
  {
    clause: '4.7p if_matched_regex counts alerts of any rule by their text',
    rules:
      R(99, 4, '<match>^b</match>') +
      R(100, 3, '<match>^a</match>') +
      R(200, 10, '<match>^x</match><if_matched_regex>^a\\d|^b</if_matched_regex>', 'frequency="4"'),
    events: ['a1', 'b2', 'q', 'x3', 'a4', 'x5', 'x6'],
    alerts: '100 99 – – 100 200 –',
  },
  {
    clause: '4.7q different_srcip takes absence as different (Q-24)',
    rules: A + counting('frequency="3"', '<different_srcip/>'),
    events: numbered(3),
    alerts: '100 100 200',
  },
  {
    clause: '4.7r same_srcip needs the value',
    rules: A + counting('frequency="3"', '<same_srcip/>'),
    events: numbered(4),
    alerts: '100 100 100 100',
  },
  {
    clause: '4.9 check_diff matches when the text changes',
    rules: R(100, 3, '<match>^ls:</match>') + R(101, 5, '<if_sid>100</if_sid><check_diff/>'),
    events: ['ls: a', 'ls: a', 'ls: b', 'ls: b', 'ls: a'],
    alerts: '100 100 101 100 101',
  },
  {
    clause: '4.10 overwrite changes the level but not the place',
    rules:
      R(100, 3, '<match>a</match>') +
      R(101, 9, '<match>a</match>') +
      R(100, 15, '<match>a</match>', 'overwrite="yes"'),
    events: ['a'],
    alerts: '101',
  },
  {
    clause: '3.1 repeats are one pattern (Q-22)',
    rules: R(100, 5, '<match>foo</match><match>bar</match>'),
    events: ['foobar', 'foo bar'],
    alerts: '100 –',
  },
  {
    clause: '3.4 a field that is absent fails, negated or not',
    rules: R(230, 5, '<field name="f" negate="yes">x</field>'),
    events: ['{"f":"y"}', '{"f":"ax"}', '{"z":1}'],
    alerts: '230 – –',
  },
  {
    clause: '3.5 a trailing separator keeps the parent (Q-1 fixed)',
    rules: A + R(200, 5, '<if_sid>100, </if_sid><match>b</match>'),
    events: ['ab', 'b'],
    alerts: '200 –',
  },
  {
    clause: '3.2 action is exact',
    rules: R(100, 5, '<action>Start</action>'),
    events: ['{"action":"Start"}', '{"action":"start"}', '{"a":"Start"}'],
    alerts: '100 – –',
  },
  {
    clause: '2 maxsize is a minimum (Q-7)',
    rules: R(100, 5, '<match>a</match>', 'maxsize="3"'),
    events: ['a', 'aaa', 'aaaa'],
    alerts: '– 100 100',
  },
  {
    clause: '3.3 IP addresses, negated and of another family',
    rules: R(100, 5, '<srcip negate="yes">10.0.0.0/8</srcip>'),
    events: ['{"srcip":"10.1.1.1"}', '{"srcip":"::1"}', '{"srcip":"abc"}', '{"a":1}'],
    alerts: '– 100 100 –',
  },
]

function keyOf(document: string | undefined, key: string): unknown {
  const read: unknown = JSON.parse(document ?? '{}')
  return new Map(Object.entries(read ?? {})).get(key)
}

describe('rules evaluate as the specification says', () => {
  for (const { clause, rules, events, alerts } of cases) {
    it(`rules.md ${clause}`, () => assert.equal(alerted(loadExample(rules), events), alerts))
  }

  it('rules.md 4.7c previous_output has eleven lines at most, newest first', () => {
    const verdicts = evaluateAll(loadExample(A + counting('frequency="15"')), numbered(15))
    assert.equal(
      keyOf(verdicts[14]?.document(), 'previous_output'),
      'a14\na13\na12\na11\na10\na9\na8\na7\na6\na5\na4',
    )
  })

  it('rules.md 4.7l lines stay when another rule finds nothing (Q-10 fixed)', () => {
    const rules =
      A + counting('frequency="3"') + R(201, 12, '<if_matched_sid>200</if_matched_sid>', 'frequency="3"')
    const [, , third] = evaluateAll(loadExample(rules), numbered(3))
    assert.match(third?.document() ?? '', /"previous_output":"a2\\na1"/)
  })

  it('rules.md 8.1 the log test shows level 0 last and the ignored rule itself', () => {
    const rules = R(100, 0, '<match>z</match>') + R(101, 5, '<match>a</match>', 'ignore="2"')
    const events = [at('z', 0), at('a', 0), at('a', 0), at('a', 3), at('a', 3), at('a', 3)]
    const verdicts = evaluateAll(loadExample(rules, {}, 'logtest'), events)
    assert.match(verdicts[0]?.logtestDocument() ?? '', /"groups":\["t"\],"level":0\},"agent"/)
    assert.deepEqual(
      verdicts.map(({ isAlert }) => isAlert),
      [false, true, false, true, true, false],
    )
  })

  it('rules.md 4.11 counters start again with the hour', () => {
    const verdicts = evaluateAll(loadExample(A), [at('a', 0), at('a', 1), at('a', 3599), at('a', 3600)])
    assert.deepEqual(
      verdicts.map((verdict) => /"firedtimes":(\d+)/.exec(verdict.document())?.[1]),
      ['1', '2', '3', '1'],
    )
  })

  it('rules.md 6.3 an alert has its keys in the order of emission', () => {
    const [verdict] = evaluateAll(loadExample(R(100, 5, '<match>x</match><group>pci_dss_1.1,top,</group>')), [
      'Nov 21 10:00:00 h tst: go 1.1.1.1 x\u00e9',
    ])
    assert.equal(
      verdict?.alert?.document,
      '{"timestamp":"2026-03-02T12:00:00.000+0000","rule":{"level":5,"description":"d","id":"100","firedtimes":1,"mail":false,"groups":["t","top"],"pci_dss":["1.1"]},"agent":{"id":"000","name":"manager"},"manager":{"name":"manager"},"id":"1772452800.0","full_log":"Nov 21 10:00:00 h tst: go 1.1.1.1 xé","predecoder":{"program_name":"tst","timestamp":"Nov 21 10:00:00","hostname":"h"},"decoder":{"name":"tst"},"data":{"action":"go","srcip":"1.1.1.1","srcuser":"xé"},"location":"test"}',
    )
  })
})

const dataCases = [
  { fields: '{"a":{"b":1},"A":{"c":2}}', data: '{"a":{"b":"1","c":"2"}}' },
  { fields: '{"a":1,"a.b":2}', data: '{"a":"1"}' },
  { fields: '{"k":1,"k":2,"K":3}', data: '{"k":"1"}' },
  { fields: '{"data":"s","data.y":2}', data: '{"data":"s"}' },
  { fields: '{"a.b":1,"c":2,"a.d":3}', data: '{"a":{"b":"1","d":"3"},"c":"2"}' },
  { fields: '{"a":[1,2],"b":"[x]","c":"[1,2] ","e":""}', data: '{"a":[1,2],"b":"[x]","c":"[1,2] "}' },
  { fields: '{"a..b":true}', data: '{"a":{"":{"b":"true"}}}' },
]

describe('data of documents', () => {
  const loaded = loadExample(R(100, 5, '<decoded_as>json</decoded_as>'))
  for (const { fields, data } of dataCases) {
    it(`rules.md 6.4b ${fields} becomes ${data}`, () => {
      // Twice: the second time along what was remembered.
      for (const verdict of evaluateAll(loaded, [fields, fields])) {
        assert.equal(JSON.stringify(keyOf(verdict.document(), 'data')), data)
      }
    })
  }
})
