import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { loadExample, R } from '../../test/support/rule-session.ts'
import { RawEvent } from '../event/raw-event.ts'
import { explainRule } from './explain.ts'
import { lintRules } from './lint/lint-rules.ts'

const rules =
  R(100, 3, '<decoded_as>json</decoded_as><field name="action">x</field>'.replace('action', 'do')) +
  R(110, 3, '<decoded_as>json</decoded_as><field name="kind">^start$</field>') +
  R(120, 3, '<decoded_as>json</decoded_as><field name="kind">^create$</field>') +
  R(130, 5, '<if_sid>120</if_sid><field name="kind">^start$</field>') +
  R(140, 5, '<if_sid>120</if_sid><field name="who">ann</field>')

function explained(id: number, text: string) {
  const { decoder, rules: set } = loadExample(rules).newSession()
  const event = decoder.decode(new RawEvent({ id: '1', source: 't', location: 't', receivedAtMs: 0, text }))
  return event && explainRule(set, id, event)
}

describe('explainRule', () => {
  it('names the condition of the ancestor that failed, and a parent that would do', () => {
    const found = explained(140, '{"kind":"start","who":"ann"}')
    assert.equal(found?.matchedRuleId, 110)
    assert.equal(found?.fires, false)
    assert.deepEqual(found?.betterParents, [110])
    const failed = found?.paths[0]?.find(({ holds }) => !holds)
    assert.equal(failed?.ruleId, 120)
    assert.equal(failed?.failed?.element, 'field kind')
    assert.equal(failed?.failed?.actual, 'start')
  })
  it('says so when the rule fires', () => {
    assert.deepEqual(explained(140, '{"kind":"create","who":"ann"}')?.reasons, ['rule 140 matches'])
  })
  it('knows no rule that is not there', () => assert.equal(explained(999, 'x'), undefined))
})

describe('lintRules', () => {
  const found = (text: string) =>
    lintRules(loadExample(text).engine.rules).map(
      ({ code, message }) => `${code}: ${/rule \d+/.exec(message)?.[0]}`,
    )

  it('finds a rule that contradicts its parent and names one that would do', () => {
    const problems = lintRules(loadExample(rules).engine.rules)
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['never-matches'],
    )
    assert.match(problems[0]?.message ?? '', /^rule 130 can never match: .*; rule 110 would be a parent/)
  })
  it('finds a rule behind a sibling that matches whenever it would', () => {
    const text = R(100, 5, '<match>a</match>') + R(101, 3, '<match>a</match><regex>b</regex>')
    assert.deepEqual(found(text), ['shadowed: rule 101'])
  })
  it('leaves siblings alone that are tried before, or that noalert lets pass', () => {
    const text = R(100, 5, '<match>a</match>', 'noalert="1"') + R(101, 3, '<match>a</match><regex>b</regex>')
    assert.deepEqual(found(text), [])
  })
  it('finds a correlation over level 0', () => {
    const text =
      R(100, 0, '<match>a</match>') + R(101, 5, '<if_matched_sid>100</if_matched_sid>', 'frequency="3"')
    assert.deepEqual(found(text), ['counts-level-zero: rule 101'])
  })
  it('finds patterns that may blow up', () => {
    const text = R(100, 5, '<regex type="pcre2">^(\\w+)+$</regex>')
    assert.deepEqual(found(text), ['regex-may-blow-up: rule 100'])
  })
})
