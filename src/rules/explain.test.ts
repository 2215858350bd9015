import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { loadExample, R } from '../../test/support/rule-session.ts'
import { RawEvent } from '../event/raw-event.ts'
import { explainRule } from './explain.ts'

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
