import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { loadExample, R } from '../../test/support/rule-session.ts'

const cases: readonly { clause: string; rules: string; problems: readonly string[] }[] = [
  { clause: '2', rules: R(100, 17, '<match>x</match>'), problems: ['local.xml:1:33 fatal invalid-level'] },
  {
    clause: '2',
    rules: R(100, 5, '<match>x</match>', 'foo="1"'),
    problems: ['local.xml:1:43 fatal unknown-attribute'],
  },
  {
    clause: '2',
    rules: R(100, 5, '<match>x</match>', 'frequency="1"'),
    problems: ['local.xml:1:43 fatal invalid-frequency'],
  },
  {
    clause: '2',
    rules: R(100, 5, '<match>x</match>', 'frequency="3"'),
    problems: ['local.xml:1:18 fatal context-without-if-matched'],
  },
  {
    clause: '2',
    rules: R(100, 5, '<match>x</match>') + R(100, 6, '<foo/>'),
    problems: ['local.xml:1:95 warning duplicate-id'],
  },
  {
    clause: '2',
    rules: '<rule id="100" level="5"><match>x</match></rule>',
    problems: ['local.xml:1:18 fatal no-description'],
  },
  { clause: '3.1', rules: R(100, 5, '<foo>x</foo>'), problems: ['local.xml:1:44 fatal unknown-element'] },
  {
    clause: '3.1',
    rules: R(100, 5, '<match type="string">x</match>'),
    problems: ['local.xml:1:51 warning invalid-attribute-value'],
  },
  {
    clause: '3.1 Q-23',
    rules: R(100, 5, `<match>${'x'.repeat(2048)}</match>`),
    problems: ['local.xml:1:51 fatal text-too-long'],
  },
  {
    clause: '3.2',
    rules: R(100, 5, '<decoded_as>nosuch</decoded_as>'),
    problems: ['local.xml:1:56 fatal unknown-decoder'],
  },
  { clause: '3.2', rules: R(100, 5, '<regex>(a</regex>'), problems: ['local.xml:1:51 fatal pattern-syntax'] },
  {
    clause: '3.3',
    rules: R(100, 5, '<srcip>10.0.0.1, 10.0.0.2</srcip>'),
    problems: ['local.xml:1:51 fatal invalid-ip'],
  },
  {
    clause: '3.3 Q-8',
    rules: R(100, 5, '<srcip>!10.0.0.1</srcip>'),
    problems: ['local.xml:1:51 warning ignored-bang'],
  },
  {
    clause: '3.4',
    rules: R(100, 5, '<field name="SrcIP">x</field>'),
    problems: ['local.xml:1:44 fatal static-field-name'],
  },
  {
    clause: '3.5',
    rules: R(100, 5, '<if_sid>99</if_sid>'),
    problems: ['local.xml:1:52 warning parent-not-found', 'local.xml:1:44 warning no-parent-left'],
  },
  {
    clause: '3.5 Q-1',
    rules: R(100, 5, '<if_sid>1,</if_sid>'),
    problems: ['local.xml:1:52 warning trailing-separator'],
  },
  {
    clause: '3.6',
    rules: R(100, 5, '<match>x</match><same_srcip/>'),
    problems: ['local.xml:1:60 fatal context-without-if-matched'],
  },
  {
    clause: '3.7',
    rules: R(100, 5, '<list field="id">etc/lists/none</list>'),
    problems: ['local.xml:1:61 warning list-not-loaded'],
  },
  {
    clause: '3.8',
    rules: R(100, 5, '<match>x</match><options>No_log</options>'),
    problems: ['local.xml:1:69 fatal invalid-option-value'],
  },
  {
    clause: '4.10 Q-26',
    rules: R(1, 5, '<match>x</match>', 'overwrite="yes"'),
    problems: ['local.xml:1:18 error overwrite-of-root'],
  },
  {
    clause: '4.10 Q-18',
    rules: R(100, 5, '<match>x</match>') + R(100, 5, '<if_matched_sid>1</if_matched_sid>', 'overwrite="yes"'),
    problems: ['local.xml:1:95 warning overwrite-plain-with-correlation'],
  },
  {
    clause: '9.1',
    rules: R(1_000_000, 5, '<match>x</match>'),
    problems: ['local.xml:1:24 fatal invalid-id'],
  },
  {
    clause: '9.1',
    rules: R(100, 5, '<if_matched_sid>1</if_matched_sid>', 'frequency="10000"'),
    problems: ['local.xml:1:43 fatal invalid-frequency'],
  },
  { clause: '9.1', rules: R(100, 5, `<match>${'x'.repeat(2047)}</match>`), problems: [] },
  {
    clause: '4.2 Q-27',
    rules: R(100, 0, '<match>x</match>', 'accuracy="0"'),
    problems: ['local.xml:1:18 error level-zero-accuracy-zero'],
  },
  {
    clause: '1.5',
    rules: '<group name="t,"></group>',
    problems: ['local.xml:1:1 fatal group-without-rules'],
  },
  {
    clause: '1.5',
    rules: '<group name="t," x="y"><rule/></group>',
    problems: ['local.xml:1:1 fatal invalid-root-element'],
  },
  {
    clause: '1.3',
    rules: '<?xml version="1.0"?><group name="t,"></group>',
    problems: ['local.xml:1:20 fatal xml-syntax'],
  },
  {
    clause: '1.5 everything is reported, not only the first',
    rules: R(100, 17, '<match>x</match>') + R(101, 5, '<foo/>'),
    problems: ['local.xml:1:33 fatal invalid-level', 'local.xml:1:122 fatal unknown-element'],
  },
]

describe('problems of rule files', () => {
  for (const { clause, rules, problems } of cases) {
    it(`rules.md ${clause}: ${problems.join(', ')}`, () => {
      const found = loadExample(rules).problems.map(
        ({ at, severity, code }) =>
          `${at?.file.split('/').at(-1)}:${at?.line}:${at?.column} ${severity} ${code}`,
      )
      assert.deepEqual(found, problems)
    })
  }

  const parents = (rules: string): string[] =>
    loadExample(rules).problems.flatMap(({ code, message }) => (code === 'parent-not-found' ? [message] : []))

  it('rules.md 3.5: a parent that stands behind the rule is pointed at', () => {
    const rules = R(100, 5, '<if_sid>1,101</if_sid>') + R(101, 5, '<match>x</match>')
    assert.deepEqual(parents(rules), [
      'rule 101 stands behind this one, in etc/rules/local.xml:1; parents have to come first',
    ])
  })

  it('rules.md 3.5: a rule is no parent of itself', () => {
    const rules = R(100, 5, '<if_sid>1,100</if_sid>')
    assert.deepEqual(parents(rules), ['rule 100 names itself as its parent'])
  })

  it('rules.md 3.5: rules that name each other as parents are left out, and said to be a circle', () => {
    const rules = R(100, 5, '<if_sid>101</if_sid>') + R(101, 5, '<if_sid>100</if_sid>')
    assert.deepEqual(parents(rules), [
      'rules name each other as parents, in a circle: 101 -> 100 -> 101',
      'rules name each other as parents, in a circle: 100 -> 101 -> 100',
    ])
    assert.deepEqual(
      loadExample(rules).engine.rules.rules.map(({ id }) => id),
      [1],
    )
  })

  it('rules.md 3.7, Q-28: match_key_value without a value to check', () => {
    const rules = R(100, 5, '<list field="id" lookup="match_key_value">etc/lists/x</list>')
    assert.deepEqual(
      loadExample(rules, { 'etc/lists/x': 'a:b' }).problems.map(({ severity, code }) => [severity, code]),
      [['warning', 'list-without-check-value']],
    )
  })
})
