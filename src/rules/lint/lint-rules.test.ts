import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { loadExample, R } from '../../../test/support/rule-session.ts'
import { lintEngine } from '../../lint-engine.ts'

const decoders = {
  'etc/decoders/e.xml': `
<decoder name="web"><program_name>^web$</program_name><type>web-log</type></decoder>
<decoder name="two"><program_name>^two$</program_name></decoder>
<decoder name="two-a"><parent>two</parent><use_own_name>true</use_own_name><prematch>^a</prematch><regex>(\\d+)</regex><order>srcip</order></decoder>
<decoder name="two-b"><parent>two</parent><regex>(\\d+)</regex><order>Speed</order></decoder>`,
}
const json = (id: number, ...fields: readonly string[]): string =>
  R(id, 0, `<decoded_as>json</decoded_as>${fields.join('')}`)
const field = (name: string, pattern: string, attributes = ''): string =>
  `<field name="${name}" ${attributes}>${pattern}</field>`
const below = (id: number, parent: number, body: string): string =>
  R(id, 5, `<if_sid>${parent}</if_sid>${body}`)

interface Case {
  readonly what: string
  readonly rules: string
  /** `code: beginning of the message`. */
  readonly problems: readonly string[]
}

const docker = json(100, field('integration', '^docker$'))
const started = below(110, 100, field('docker.status', '^start$'))

const cases: readonly Case[] = [
  {
    what: 'a prefix that the equal value of the parent does not have; the parent above can match',
    rules: docker + started + below(120, 110, field('docker.Action', '^exec_create')),
    problems: [
      'never-matches: rule 120 can never match: <field docker.Action> demands osregex "^exec_create", but rule 110 above it demands <field docker.status> osregex "^start$"; with <if_sid>100</if_sid> it could',
    ],
  },
  {
    what: 'a rule that wants the same is the better parent',
    rules:
      docker +
      started +
      below(115, 100, field('docker.status', '^exec_create: ')) +
      below(120, 110, field('docker.Action', 'exec_create: sh|exec_create: bash')),
    problems: [
      'never-matches: rule 120 can never match: <field docker.Action> demands osregex "exec_create: sh|exec_create: bash", but rule 110 above it demands <field docker.status> osregex "^start$"; with <if_sid>115</if_sid> it could',
    ],
  },
  {
    what: 'a better parent stands before the rule',
    rules:
      docker +
      started +
      below(120, 110, field('docker.status', '^stop$')) +
      below(130, 100, field('docker.status', '^stop$')),
    problems: [
      'never-matches: rule 120 can never match: <field docker.status> demands osregex "^stop$", but rule 110 above it demands <field docker.status> osregex "^start$"; with <if_sid>100</if_sid> it could',
    ],
  },
  {
    what: 'two beginnings of one text',
    rules: R(100, 5, '<match>^login</match>') + below(101, 100, '<match>^su </match>'),
    problems: [
      'never-matches: rule 101 can never match: <match> demands osmatch "^su ", but rule 100 above it demands <match> osmatch "^login"',
    ],
  },
  {
    what: 'a contradiction within the rule',
    rules: json(100) + below(101, 100, field('a', '^x$') + field('a', '^x', 'negate="yes"')),
    problems: [
      'never-matches: rule 101 can never match: <field a> demands not osregex "^x", but its own <field a> demands osregex "^x$"',
    ],
  },
  {
    what: 'several parents, one of which can match',
    rules:
      docker +
      started +
      below(120, 100, field('docker.status', '^stop$')) +
      R(130, 5, `<if_sid>110, 120</if_sid>${field('docker.Action', '^stop$')}`),
    problems: [],
  },
  {
    what: 'beginnings of which one is longer, and suffixes that may both be there',
    rules:
      R(100, 5, '<match>^log</match>') +
      below(101, 100, '<match>^login</match>') +
      below(102, 100, '<regex>a$</regex>'),
    problems: [],
  },
  {
    what: 'a sibling with fewer conditions before',
    rules: R(100, 5, '<match>a</match>') + R(101, 3, '<match>a</match><regex>b</regex>'),
    problems: ['shadowed: rule 101 is never reached: rule 100, tried before it, matches whenever it would'],
  },
  {
    what: 'a sibling whose values hold all of those behind it',
    rules:
      json(100) +
      R(101, 7, `<if_sid>100</if_sid>${field('a', '^x$|^y$')}`) +
      below(102, 100, field('a', '^y$')) +
      below(103, 100, field('a', '^z$')),
    problems: ['shadowed: rule 102 is never reached: rule 101, tried before it, matches whenever it would'],
  },
  {
    what: 'a sibling that only repeats its parent stands in the way of all',
    rules:
      json(100, field('a', '^x$')) +
      R(101, 7, `<if_sid>100</if_sid>${field('a', 'x')}`) +
      [102, 103, 104, 105].map((id) => below(id, 100, field('b', `${id}`))).join(''),
    problems: [
      'shadowed: rule 101 is tried before 4 siblings and matches whenever they would, so they are never reached: 102, 103, 104, 105, ...',
    ],
  },
  {
    what: 'siblings that noalert lets pass, that count, or that are tried before',
    rules:
      R(100, 5, '<match>a</match>', 'noalert="1"') +
      R(101, 4, '<match>a</match><if_matched_sid>100</if_matched_sid><if_sid>1</if_sid>', 'frequency="3"') +
      R(102, 3, '<match>a</match><regex>b</regex>'),
    problems: [],
  },
  {
    what: 'a count of what has level 0',
    rules: R(100, 0, '<match>a</match>') + R(101, 5, '<if_matched_sid>100</if_matched_sid>', 'frequency="3"'),
    problems: [
      'counts-level-zero: rule 101 never fires: it counts rule 100, whose level is 0, and such events are not counted',
    ],
  },
  {
    what: 'a pattern whose cost explodes',
    rules:
      R(100, 5, '<regex type="pcre2">^(\\w+)+$</regex>') +
      R(101, 5, '<regex type="pcre2">^(?:a\\w+,)+$</regex>'),
    problems: [
      'regex-may-blow-up: rule 100: matching pcre2 "^(\\\\w+)+$" can take very long; it is given up after a limit and then does not match',
    ],
  },
  {
    what: 'rules of a group behind the one that counts them',
    rules:
      R(100, 5, '<match>a</match>') +
      R(200, 9, '<if_matched_group>t</if_matched_group>', 'frequency="3"') +
      R(201, 5, '<match>b</match>'),
    problems: [
      'later-rules-not-counted: rule 200 does not count 1 rules of the group that are loaded after it, such as 201',
    ],
  },
  {
    what: 'if_level',
    rules: R(100, 7, '<match>a</match>') + R(101, 5, '<if_level>6</if_level><match>b</match>'),
    problems: [
      'if-level-hardly-filters: rule 101: if_level also means every rule of level 0, so it is tried for every event',
    ],
  },
  {
    what: 'a text in two elements',
    rules: R(100, 5, '<match>a</match><match>b</match>'),
    problems: [
      'joined-elements: rule 100: <match> stands more than once; the texts are joined into one, and the last type and negate count',
    ],
  },
  {
    what: 'a decoder of another type',
    rules: R(100, 5, '<decoded_as>web</decoded_as>'),
    problems: [
      'decoder-of-other-category: rule 100 can never match: it hangs among rules of category syslog, and decoder "web" is of type web-log; add <category>web-log</category>',
    ],
  },
  {
    what: 'a child that has the name of its parent',
    rules: R(100, 5, '<decoded_as>two-b</decoded_as>') + R(101, 5, '<decoded_as>two-a</decoded_as>'),
    problems: [
      'decoder-never-shown: rule 100 can never match: no event shows decoder "two-b": it is a child that has the name of its parent; name the parent',
    ],
  },
  {
    what: 'fields that a decoder does not give',
    rules:
      R(100, 5, '<decoded_as>two</decoded_as>') +
      below(101, 100, field('speed', '1')) +
      below(102, 100, field('weight', '1')) +
      below(103, 100, '<srcip>10.0.0.1</srcip>') +
      below(104, 100, '<user>ann</user>') +
      below(105, 100, field('container.image', 'x')),
    problems: [
      'field-not-produced: rule 102 can never match: <field weight> is a field that decoder "two" never gives',
      'field-not-produced: rule 104 can never match: <user> is a field that decoder "two" never gives',
    ],
  },
  {
    what: 'fields that no event of an engine has',
    rules:
      docker +
      below(101, 100, field('docker.Container.name', 'x')) +
      below(102, 100, field('docker.Contaner.name', 'x')) +
      json(103, field('docker.any', 'x')),
    problems: [
      'field-not-produced: rule 102 can never match: <field docker.Contaner.name> never occurs: events have no docker.contaner',
    ],
  },
  {
    what: 'facts that no Kubernetes audit event has, and which may be meant',
    rules:
      json(100, field('kube.report', '^first$')) +
      below(101, 100, field('kube.actor.name', 'x')) +
      below(102, 100, field('kube.actor.nme', 'x')) +
      below(103, 100, field('kube.weather', 'x')),
    problems: [
      'field-not-produced: rule 102 can never match: <field kube.actor.nme> never occurs: events have no kube.actor.nme; did you mean kube.actor.name?',
      'field-not-produced: rule 103 can never match: <field kube.weather> never occurs: events have no kube.weather',
    ],
  },
]

describe('rules check says', () => {
  for (const { what, rules, problems } of cases) {
    it(`${what}: ${problems.length === 0 ? 'nothing' : problems.map((text) => text.split(':')[0]).join(', ')}`, () => {
      const loaded = loadExample(rules, decoders)
      assert.deepEqual(
        loaded.problems.filter(({ severity }) => severity === 'fatal'),
        [],
      )
      assert.deepEqual(
        lintEngine(loaded).map(
          ({ code, message }) => `${code}: ${Buffer.from(message, 'latin1').toString('utf8')}`,
        ),
        problems,
      )
    })
  }
})
