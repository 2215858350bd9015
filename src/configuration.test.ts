import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { readConfiguration } from './configuration.ts'

describe('readConfiguration()', () => {
  it('rules.md 1.1, Q-30: several ruleset sections add up (fixed)', () => {
    const block = (rest: string): string => `<ossec_config><ruleset>${rest}</ruleset></ossec_config>`
    const text =
      block('<rule_dir>ruleset/rules</rule_dir><list>etc/lists/a</list>') +
      block('<rule_dir pattern="^etc/rules/own">etc/rules</rule_dir><rule_exclude>x.xml</rule_exclude>')
    const { configuration, problems } = readConfiguration(text, 'ossec.conf')
    const { ruleset } = configuration
    assert.deepEqual(
      problems.map(({ severity, code }) => `${severity} ${code}`),
      ['warning several-rulesets'],
    )
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

  it('quirks are named one by one, and a name that is none is refused', () => {
    const text =
      '<ossec_config><ruleset><quirk>Q-3</quirk><quirk>Q-5</quirk><quirk>Q-21</quirk></ruleset></ossec_config>'
    const { configuration, problems } = readConfiguration(text, 'ossec.conf')
    assert.deepEqual(configuration.ruleset.quirks, ['Q-3', 'Q-5'])
    assert.deepEqual(
      problems.map(({ severity, message }) => `${severity}: ${message}`),
      ['fatal: <quirk> of <ruleset> must be one of Q-1, Q-3, Q-4, Q-5, Q-10, not "Q-21"'],
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
