// Clauses of the rule specification that the worked examples leave open.
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

const file = (group: string, rules: string): string => `<group name="${group}">${rules}</group>`

interface Case {
  readonly clause: string
  readonly rules: string
  readonly files?: Readonly<Record<string, string>>
  readonly events: readonly (string | Sent)[]
  readonly alerts: string
}

const seenFiles = {
  'etc/decoders/e.xml':
    '<decoder name="seen"><program_name>^seen$</program_name><regex>^(\\w+) (\\S+)</regex><order>user, srcip</order><fts>name,user,srcip</fts></decoder>',
}
const seen = (text: string): string => `Mar  2 12:00:00 h seen: ${text}`

const cases: readonly Case[] = [
  {
    clause: '4.2: level 0 first, then from high to low, equal levels as loaded, accuracy 0 last',
    rules:
      R(100, 5, '<match>^x</match>') +
      [
        [101, 5, 'a'],
        [102, 0, 'b'],
        [103, 9, 'c'],
        [104, 5, 'd'],
        [106, 0, 'f'],
        [107, 16, 'g'],
        [109, 4, 'i'],
      ]
        .map(([id, level, letter]) =>
          R(Number(id), Number(level), `<if_sid>100</if_sid><match>${letter}</match>`),
        )
        .join('') +
      R(105, 5, '<if_sid>100</if_sid><match>e</match>', 'accuracy="0"'),
    events: ['xecadigb', 'xecadig', 'xecadi', 'xeadi', 'xedi', 'xei', 'xe'],
    alerts: '– 107 103 101 104 109 105',
  },
  {
    clause: '4.3d, Q-1: a trailing separator does not free a rule of its parent (fixed)',
    rules: R(100, 3, '<match>^p</match>') + R(101, 5, '<if_sid>100, </if_sid><match>x</match>'),
    events: ['x', 'px'],
    alerts: '– 101',
  },
  {
    clause: '4.3e: an empty alternative of if_group means every rule',
    rules: file('xx,', A) + file('yy,', R(200, 5, '<if_group>nomatch|</if_group><match>z</match>')),
    events: ['z'],
    alerts: '200',
  },
  {
    clause: '4.3g: the category of a rule with a parent counts for nothing',
    rules:
      '<group name="r,"><rule id="5" level="0" noalert="1"><category>web-log</category><description>r</description></rule></group>' +
      file(
        't,',
        R(100, 5, '<category>web-log</category><match>x</match>') +
          R(104, 7, '<if_sid>100</if_sid><category>syslog</category>'),
      ),
    files: {
      'etc/decoders/e.xml':
        '<decoder name="web"><program_name>^web$</program_name><type>web-log</type></decoder>',
    },
    events: ['Mar  2 12:00:00 h web: x', 'x'],
    alerts: '104 –',
  },
  {
    clause: '4.5b: ignored below level 0 is no alert',
    rules: R(90, 0, '<match>a</match>') + R(100, 6, '<if_sid>90</if_sid><match>ab</match>', 'ignore="4"'),
    events: [at('ab', 0), at('ab', 0), at('ab', 0), at('ab', 5), at('ab', 5)],
    alerts: '100 – – 100 –',
  },
  {
    clause: '4.5d: an ignored correlation shows its base rule',
    rules: A + counting('frequency="3" ignore="60"'),
    events: numbered(7),
    alerts: '100 100 200 100 100 100 100',
  },
  {
    clause: '4.5e: what was ignored still counts',
    rules:
      R(100, 6, '<match>^a</match>', 'ignore="60"') +
      R(200, 10, '<match>^x</match><if_matched_regex>^a</if_matched_regex>', 'frequency="3"'),
    events: ['a1', 'a2', 'x3'],
    alerts: '100 – 200',
  },
  {
    clause: '4.5f, Q-32: events given to the parent count for the parent',
    rules:
      R(90, 4, '<match>a</match>') +
      R(100, 6, '<if_sid>90</if_sid><match>ab</match>', 'ignore="60"') +
      R(200, 10, '<if_sid>1</if_sid><match>^x</match><if_matched_sid>90</if_matched_sid>', 'frequency="3"'),
    events: ['ab1', 'ab2', 'ab3', 'x4'],
    alerts: '100 90 90 200',
  },
  {
    clause: '4.6, 4.7l: an alert of a correlation rule is held under that rule',
    rules:
      A + counting('frequency="3"') + R(201, 12, '<if_matched_sid>200</if_matched_sid>', 'frequency="3"'),
    events: numbered(9),
    alerts: '100 100 200 100 100 200 100 100 201',
  },
  {
    clause: '4.7f: only the final rule of an event counts',
    rules:
      A +
      R(101, 4, '<if_sid>100</if_sid><match>b</match>') +
      R(201, 10, '<if_matched_sid>100</if_matched_sid>', 'frequency="3"'),
    events: [...numbered(4, 'ab'), 'a5', 'a6', 'ab7'],
    alerts: '101 101 101 101 100 100 201',
  },
  {
    clause: '4.7g: a correlation rule may hang below another rule than the one it counts',
    rules:
      A +
      R(110, 4, '<match>b</match>') +
      R(201, 10, '<if_sid>110</if_sid><if_matched_sid>100</if_matched_sid>', 'frequency="3"'),
    events: ['a1', 'a2', 'b3', 'b4'],
    alerts: '100 100 201 110',
  },
  {
    clause: '4.7j, Q-17: a lower level never counts past the mark of a higher one',
    rules: A + counting('frequency="3"') + R(201, 8, '<if_matched_sid>100</if_matched_sid>', 'frequency="4"'),
    events: numbered(8),
    alerts: '100 100 200 100 100 200 100 100',
  },
  {
    clause: '4.7k: a rule with noalert leaves its mark all the same',
    rules:
      A +
      counting('frequency="3" noalert="1"') +
      R(201, 9, '<if_matched_sid>100</if_matched_sid>', 'frequency="4"'),
    events: numbered(8),
    alerts: '100 100 100 100 100 100 100 100',
  },
  {
    clause: '4.7m, Q-5: a rule with two parents counts once for its group (fixed)',
    rules:
      file('x,', R(90, 3, '<match>p</match>') + R(91, 3, '<match>q</match>')) +
      file('g1,', R(100, 4, '<if_sid>90,91</if_sid><match>a</match>')) +
      file('y,', R(200, 10, '<if_matched_group>g1</if_matched_group>', 'frequency="5"')),
    events: numbered(5, 'pa'),
    alerts: '100 100 100 100 200',
  },
  {
    clause: '4.7o, Q-6: what a correlation by id counts is not counted by group',
    rules:
      file('g1,', A) +
      file(
        'y,',
        R(200, 10, '<if_matched_group>g1</if_matched_group>', 'frequency="3"') +
          R(201, 9, '<if_matched_sid>100</if_matched_sid>', 'frequency="5"'),
      ),
    events: numbered(5),
    alerts: '100 100 100 100 201',
  },
  {
    clause: '4.8: fires on the first sighting of a key',
    rules: R(100, 3, '<program_name>^seen$</program_name>') + R(101, 5, '<if_sid>100</if_sid><if_fts/>'),
    files: seenFiles,
    events: ['bob 10.0.0.1', 'bob 10.0.0.1', 'bob 10.0.0.2', 'al 10.0.0.1'].map(seen),
    alerts: '101 100 101 101',
  },
  {
    clause: '4.8, 4.4, Q-16: the key is taken before lists are looked at',
    rules:
      R(100, 3, '<program_name>^seen$</program_name>') +
      R(101, 9, '<if_sid>100</if_sid><if_fts/><list field="srcip">etc/lists/x</list>') +
      R(102, 5, '<if_sid>100</if_sid><if_fts/>'),
    files: { ...seenFiles, 'etc/lists/x': '10.0.0.9:x\n' },
    events: ['bob 10.0.0.1', 'bob 10.0.0.9'].map(seen),
    alerts: '100 101',
  },
  {
    clause: '4.8: a decoder without fts never lets it hold',
    rules: A + R(101, 5, '<if_sid>100</if_sid><if_fts/>'),
    events: ['a', 'a'],
    alerts: '100 100',
  },
  {
    clause: '5.1: what follows the object is ignored, what precedes it is not JSON',
    rules: R(100, 5, '<field name="a">^1$</field>') + R(101, 3, '<decoded_as>json</decoded_as>'),
    events: ['{"a":1} x', '{"a":1}{"a":2}', '{"a":01}', ' {"a":1}', '{"a":1,}', '{"a":NaN}'],
    alerts: '100 100 100 – 101 101',
  },
  {
    clause: '5.3: a name of a static field becomes one, wherever rules look for it',
    rules:
      R(100, 5, '<srcip>10.0.0.1</srcip>') +
      R(101, 5, '<user>^u$</user>') +
      R(102, 5, '<system_name>^s$</system_name>') +
      R(103, 5, '<field name="x.srcip">^1$</field>') +
      R(104, 5, '<id>^null$</id>'),
    events: [
      '{"srcip":"10.0.0.1"}',
      '{"SrcIP":"10.0.0.1"}',
      '{"user":"u"}',
      '{"user":"u","dstuser":"d"}',
      '{"systemname":"s"}',
      '{"system_name":"s"}',
      '{"x":{"srcip":"1"}}',
      '{"id":null}',
      '{"srcip":"1.1.1.1","srcip":"10.0.0.1"}',
    ],
    alerts: '100 – 101 – 102 – 103 104 100',
  },
  {
    clause: '6.2: an alert is written from level 3 on unless the configuration says otherwise',
    rules: R(100, 2, '<match>a</match>') + R(101, 3, '<match>b</match>'),
    events: ['a', 'b'],
    alerts: '– 101',
  },
  {
    clause: '3.8, Q-19: check_if_ignored never keeps a rule from firing',
    rules: R(100, 5, '<match>a</match><ignore>id</ignore><check_if_ignored>id</check_if_ignored>'),
    events: ['{"id":"7","x":"a"}', '{"id":"7","x":"a"}'],
    alerts: '100 100',
  },
  {
    clause: 'Q-2: if_level hardly filters',
    rules: R(101, 8, '<match>q</match>') + R(200, 10, '<if_level>5</if_level><match>z</match>'),
    events: ['z', 'qz'],
    alerts: '200 200',
  },
  {
    clause: '3.7, Q-4: address_match_key_value holds when the value matches (fixed)',
    rules: R(
      100,
      5,
      '<list field="srcip" lookup="address_match_key_value" check_value="net">etc/lists/x</list>',
    ),
    files: { 'etc/lists/x': '10.0.:net\n10.1.:host\n' },
    events: ['{"srcip":"10.0.0.1"}', '{"srcip":"10.1.0.1"}', '{"srcip":"10.2.0.1"}'],
    alerts: '100 – –',
  },
  {
    clause: 'Q-12: a range over midnight leaves out its boundary minutes',
    rules: R(100, 5, '<match>a</match><time>12:00 - 11:00</time>'),
    events: [at('a', 0), at('a', 60)],
    alerts: '– 100',
  },
  {
    clause: 'Q-14: events of other rules push nothing out of the time frame (fixed)',
    rules: A + R(99, 5, '<match>q</match>') + counting('frequency="3"'),
    events: ['a1', ...numbered(9000, 'q'), 'a2', 'a3'],
    alerts: ['100', ...numbered(9000).map(() => '99'), '100', '200'].join(' '),
  },
  {
    clause: 'Q-15: events of other agents are passed over (fixed)',
    rules: A + R(200, 10, '<match>^x</match><if_matched_regex>^a</if_matched_regex>', 'frequency="3"'),
    events: [agent('001', 'a1'), agent('001', 'a2'), agent('002', 'a3'), agent('001', 'x')],
    alerts: '100 100 100 200',
  },
  {
    clause: 'Q-21: numbers that are no 32-bit integers have six decimals',
    rules: R(100, 5, '<field name="n">^1.500000$|^2147483648.000000$|^1000$</field>'),
    events: ['{"n":1.5}', '{"n":2147483648}', '{"n":1e3}', '{"n":1.25}'],
    alerts: '100 100 100 –',
  },
  {
    clause: 'Q-25: user prefers dstuser, a list over user prefers srcuser',
    rules: R(100, 5, '<user>^d$</user>') + R(101, 4, '<list field="user">etc/lists/x</list>'),
    files: { 'etc/lists/x': 's:x\n' },
    events: [
      '{"srcuser":"s","dstuser":"d"}',
      '{"srcuser":"s","dstuser":"e"}',
      '{"srcuser":"d","dstuser":"s"}',
    ],
    alerts: '100 101 –',
  },
  {
    clause: 'Q-31: match takes a backslash before < as it stands',
    rules: R(100, 5, '<match>a\\<b</match>'),
    events: ['a<b', 'a\\<b'],
    alerts: '– 100',
  },
  {
    clause: 'Q-33: a group counts the rules that were loaded before',
    rules:
      file('y,', R(90, 3, '<match>^p</match><group>g1,</group>')) +
      file(
        'z,',
        R(
          200,
          10,
          '<if_sid>1</if_sid><match>^x</match><if_matched_group>g1</if_matched_group>',
          'frequency="3"',
        ),
      ) +
      file('g1,', A),
    events: ['a1', 'a2', 'x3', 'p4', 'p5', 'x6'],
    alerts: '100 100 – 90 90 200',
  },
  {
    clause: 'Q-34: not_address_match_key answers the same however often it is asked (fixed)',
    rules: R(100, 5, '<list field="srcip" lookup="not_address_match_key">etc/lists/x</list>'),
    files: { 'etc/lists/x': '10.0.:net\n' },
    events: numbered(100).flatMap(() => ['{"srcip":"10.0.0.1"}', '{"srcip":"10.9.0.1"}']),
    alerts: numbered(100)
      .map(() => '– 100')
      .join(' '),
  },
]

describe('rules keep the clauses', () => {
  for (const { clause, rules, files, events, alerts } of cases) {
    it(`rules.md ${clause}`, () => assert.equal(alerted(loadExample(rules, files), events), alerts))
  }
})

const described = (description: string, event: string, more = ''): string | undefined => {
  const text = `${more}<group name="t,"><rule id="100" level="5"><decoded_as>tst</decoded_as><description>${description}</description></rule></group>`
  return evaluateAll(loadExample(text), [event])[0]?.alert?.rule.description
}

describe('descriptions', () => {
  const event = 'Nov 21 10:00:00 hh tst: go 10.0.0.1 ann'
  const rows = [
    { clause: '3.9', text: '$()|$(hostname)|$(program_name)|$(location)', is: '|hh|tst|' },
    { clause: '3.9', text: '$(srcip) $(SRCIP) $(srcuser', is: '10.0.0.1  $(srcuser' },
    { clause: '3.9', text: `$(srcip)${'x'.repeat(1020)}`, is: `$(srcip)${'x'.repeat(1020)}` },
    { clause: 'Q-29', text: 'A $(srcip) and $AB end', is: 'A 10.0.0.1 and zz end' },
  ]
  for (const { clause, text, is } of rows) {
    it(`rules.md ${clause}: ${text.slice(0, 60)}`, () =>
      assert.equal(described(text, event, '<var name="AB">zz</var>'), is))
  }
})

const ruleOf = (document: string | undefined): unknown => /"rule":(\{.*?\}),"agent"/.exec(document ?? '')?.[1]

describe('documents', () => {
  it('rules.md 6.4: compliance groups move to arrays of their own, nothing is trimmed', () => {
    const rules =
      '<group name="pci_dss_1.1,top,"><rule id="100" level="5"><match>a</match><description>d</description><group>pci_dss_10.2.4,gdpr_IV_35.7.d, tsc_CC6.1,,x y ,</group></rule></group>'
    assert.equal(
      ruleOf(evaluateAll(loadExample(rules), ['a'])[0]?.document()),
      '{"level":5,"description":"d","id":"100","firedtimes":1,"mail":false,"groups":["top"," tsc_CC6.1","x y "],"pci_dss":["1.1","10.2.4"],"gdpr":["IV_35.7.d"]}',
    )
  })

  it('rules.md Q-20: no_counter stays in force whatever options follow (fixed)', () => {
    const rules = R(100, 14, '<match>a</match><options>no_counter</options><options>no_email_alert</options>')
    assert.equal(
      ruleOf(evaluateAll(loadExample(rules), ['a'])[0]?.document()),
      '{"level":14,"description":"d","id":"100","mail":false,"groups":["t"]}',
    )
  })

  it('rules.md Q-32, 4.5a: the parent is shown with the counter of the ignored rule', () => {
    const rules =
      R(90, 4, '<match>a</match>') + R(100, 6, '<if_sid>90</if_sid><match>ab</match>', 'ignore="4"')
    const verdicts = evaluateAll(loadExample(rules), [at('ab', 0), at('ab', 0), at('ab', 5)])
    assert.deepEqual(
      verdicts.map((verdict) => /"id":"(\d+)","firedtimes":(\d+)/.exec(verdict.document())?.slice(1)),
      [
        ['100', '1'],
        ['90', '2'],
        ['100', '3'],
      ],
    )
  })

  it('rules.md 6.7: an event whose alert is not written still has its rule, one of level 0 has none', () => {
    const rules =
      R(100, 1, '<match>a</match>') +
      R(101, 0, '<match>b</match>') +
      R(102, 9, '<match>c</match><options>no_log</options><options>no_full_log</options>')
    const verdicts = evaluateAll(loadExample(rules), ['a', 'b', 'c'])
    assert.deepEqual(
      verdicts.map((verdict) => [
        verdict.alert?.id,
        /"rule":\{"level":\d+,"description":"d","id":"(\d+)"/.exec(verdict.document())?.[1],
        /"full_log":"(\w)"/.exec(verdict.document())?.[1],
      ]),
      [
        [undefined, '100', 'a'],
        [undefined, undefined, 'b'],
        [undefined, '102', 'c'],
      ],
    )
  })

  it('rules.md 6.5: the block of alerts.log', () => {
    const rules = A + counting('frequency="3"', '<options>no_full_log</options>')
    const log = 'Nov 21 10:00:00 h tst: a 10.0.0.1 ann'
    const verdicts = evaluateAll(loadExample(rules), ['{"x":"a","dstuser":"u"}', log, log])
    assert.equal(
      verdicts[0]?.block(0),
      `** Alert 1772452800.0: - t,\n2026 Mar 02 12:00:00 manager->test\nRule: 100 (level 3) -> 'd'\nUser: u\n{"x":"a","dstuser":"u"}\nx: a\n\n`,
    )
    assert.equal(
      verdicts[2]?.block(60),
      `** Alert 1772452800.2: - t,\n2026 Mar 02 13:00:00 h->test\nRule: 200 (level 10) -> 'd'\nSrc IP: 10.0.0.1\n${log}\n${log}\n{"x":"a","dstuser":"u"}\n\n`,
    )
  })

  it('decoders.md 6.8: a forwarded alert keeps the rule that decided elsewhere, if it is loaded here', () => {
    const decoder =
      '<decoder name="fwd"><program_name>^ossec$</program_name><plugin_decoder>OSSECAlert_Decoder</plugin_decoder></decoder>'
    const rules =
      R(100, 3, '<match>^text</match>') +
      R(101, 9, '<match>never there</match>') +
      R(102, 10, '<if_matched_sid>101</if_matched_sid>', 'frequency="3"')
    const forwarded = (id: number): string =>
      `Nov 21 10:00:00 far ossec: Alert Level: 5; Rule: ${id} - Bad user; Location: web->/var/log/auth.log; srcip: 10.0.0.9; user: ann;  text`
    const verdicts = evaluateAll(loadExample(rules, { 'etc/decoders/f.xml': decoder }), [
      forwarded(101),
      forwarded(77),
      forwarded(101),
    ])
    assert.deepEqual(
      verdicts.map(({ rule, isAlert }) => [rule?.id, isAlert]),
      [
        [101, true],
        [undefined, false],
        [101, true],
      ],
    )
    const document = verdicts[2]?.document() ?? ''
    assert.match(document, /"id":"101","firedtimes":2,/)
    assert.match(document, /"full_log":"text"/)
    assert.match(
      document,
      /"data":\{"srcip":"10\.0\.0\.9","dstuser":"ann"\},"location":"test\|web->\/var\/log\/auth\.log"\}$/,
    )
  })
})
