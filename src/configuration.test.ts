import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { readConfiguration } from './configuration.ts'

describe('readConfiguration()', () => {
  it('rules.md 1.1, Q-30: several ruleset sections add up (fixed)', () => {
    const block = (rest: string): string => `<ossec_config><ruleset>${rest}</ruleset></ossec_config>`
    const text =
      block('<rule_dir>ruleset/rules</rule_dir><list>etc/lists/a</list>') +
      block('<rule_dir pattern="^etc/rules/own">etc/rules</rule_dir><rule_exclude>x.xml</rule_exclude>')
    const { ruleset } = readConfiguration(text, 'ossec.conf').configuration
    assert.deepEqual(
      ruleset.ruleDirs.map(({ path, pattern }) => [path, pattern]),
      [
        ['ruleset/rules', undefined],
        ['etc/rules', '^etc/rules/own'],
      ],
    )
    assert.deepEqual(
      [...ruleset.ruleExcludes, ...ruleset.lists].map(({ path }) => path),
      ['x.xml', 'etc/lists/a'],
    )
  })

  it('names options of <global> that have no effect yet, and only when they ask for something', () => {
    const text =
      '<ossec_config><global>\n<alerts_log>yes</alerts_log>\n<email_notification>yes</email_notification></global></ossec_config>'
    assert.deepEqual(
      readConfiguration(text, 'ossec.conf').problems.map(
        ({ at, severity, message }) => `${at?.line} ${severity}: ${message}`,
      ),
      ['3 warning: <email_notification> of <global> is not supported yet; it has no effect'],
    )
  })

  for (const [option, wrong] of [
    ['<rotate_interval>5m</rotate_interval>', 'must be 0, or 10m to 1d, not "5m"'],
    ['<max_output_size>4k</max_output_size>', 'must be 0, or 1000000 to 1024g, not "4k"'],
    ['<rotate_interval>0</rotate_interval>', undefined],
    ['<max_output_size>1000000</max_output_size>', undefined],
  ] as const) {
    it(`${option} is ${wrong === undefined ? 'right' : 'refused'}`, () => {
      const { problems } = readConfiguration(
        `<ossec_config><global>${option}</global></ossec_config>`,
        'ossec.conf',
      )
      assert.equal(problems[0]?.message.replace(/^<.*> of <global> /, ''), wrong)
    })
  }
})
