import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { parseXml } from '../dialect/xml.ts'
import {
  integer,
  lenient,
  oneOf,
  parseSeconds,
  parseSize,
  readSection,
  repeated,
  seconds,
  text,
  yesNo,
} from './option.ts'

describe('durations (configuration.md 1.2)', () => {
  const cases = [
    { text: '90', seconds: 90 },
    { text: '5m', seconds: 300 },
    { text: '2h', seconds: 7200 },
    { text: '1d', seconds: 86_400 },
    { text: '1w', seconds: 604_800 },
    { text: '5 m', seconds: undefined },
    { text: '1h30m', seconds: undefined },
    { text: '1.5h', seconds: undefined },
    { text: '-5', seconds: undefined },
    { text: '', seconds: undefined },
  ] as const
  for (const { text, seconds } of cases) {
    it(`parseSeconds(${JSON.stringify(text)}) is ${seconds}`, () => assert.equal(parseSeconds(text), seconds))
  }
})

describe('sizes (configuration.md 1.2)', () => {
  const cases = [
    { text: '512', bytes: 512 },
    { text: '64K', bytes: 65_536 },
    { text: '12m', bytes: 12_582_912 },
    { text: '1GB', bytes: 1_073_741_824 },
    { text: '20g', bytes: 21_474_836_480 },
    { text: '1T', bytes: undefined },
    { text: '1.5G', bytes: undefined },
  ] as const
  for (const { text, bytes } of cases) {
    it(`parseSize(${JSON.stringify(text)}) is ${bytes}`, () => assert.equal(parseSize(text), bytes))
  }
})

const options = {
  disabled: yesNo('disabled', false, 'Off.'),
  interval: seconds('interval', 60, 'Wait.'),
  attempts: integer('attempts', 5, 'Tries.', { min: 1, max: 100 }),
  format: oneOf('format', ['json', 'plain'], 'plain', 'Form.'),
  cluster: text('cluster', undefined, 'Name.'),
  gentle: lenient(yesNo('gentle', true, 'Only warned about.')),
  paths: repeated('path', 'Files.', { accepts: 'a path', read: ({ content }) => ({ value: content }) }),
}

function read(xml: string) {
  const [section] = parseXml(xml, 'ossec.conf', { variables: false }).roots
  assert.ok(section)
  const { values, problems } = readSection(section, options)
  return {
    values,
    problems: problems.map(
      ({ severity, message, at }) => `${at?.line}:${at?.column} ${severity}: ${message}`,
    ),
  }
}

describe('readSection()', () => {
  it('gives the fallback of every option that is not written', () => {
    assert.deepEqual(read('<s></s>'), {
      values: {
        disabled: false,
        interval: 60,
        attempts: 5,
        format: 'plain',
        cluster: undefined,
        gentle: true,
        paths: [],
      },
      problems: [],
    })
  })

  it('takes the last of a repeated value and all of a list', () => {
    const { values } = read(
      '<s><interval>10</interval><interval>5m</interval><path>/a</path><path>/b</path></s>',
    )
    assert.equal(values.interval, 300)
    assert.deepEqual(values.paths, ['/a', '/b'])
  })

  it('reports every wrong value with its place and keeps the fallback', () => {
    const { values, problems } = read(
      '<s>\n <disabled> yes</disabled>\n <attempts>0</attempts>\n <gentle>si</gentle>\n</s>',
    )
    assert.deepEqual(problems, [
      '2:12 fatal: <disabled> of <s> must be yes or no, not " yes"',
      '3:12 fatal: <attempts> of <s> must be a whole number from 1 to 100, not "0"',
      '4:10 warning: <gentle> of <s> must be yes or no, not "si"',
    ])
    assert.deepEqual([values.disabled, values.attempts, values.gentle], [false, 5, true])
  })

  it('names an element that is no option', () => {
    assert.deepEqual(read('<s><intervall>5</intervall></s>').problems, [
      '1:4 warning: <intervall> is not an option of <s>; it is ignored',
    ])
  })

  it('shows only the beginning of an overlong value', () => {
    const [problem = ''] = read(`<s><disabled>${'x'.repeat(5000)}</disabled></s>`).problems
    assert.ok(problem.length < 200)
  })
})
