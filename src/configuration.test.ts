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
      '<ossec_config><global>\n<alerts_log>yes</alerts_log>\n<logall>no</logall>\n<rotate_interval>1h</rotate_interval></global></ossec_config>'
    assert.deepEqual(
      readConfiguration(text, 'ossec.conf').problems.map(
        ({ at, severity, message }) => `${at?.line} ${severity}: ${message}`,
      ),
      [
        '2 warning: <alerts_log> of <global> is not supported yet; it has no effect',
        '4 warning: <rotate_interval> of <global> is not supported yet; it has no effect',
      ],
    )
  })
})
