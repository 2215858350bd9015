import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { parseLogFormat } from './log-format.ts'

describe('parseLogFormat()', () => {
  for (const [word, kind] of [
    ['syslog', 'lines'],
    ['apache', 'lines'],
    ['djb-multilog', 'lines'],
    ['json', 'json'],
    ['audit', 'audit'],
    ['multi-line:3', 'multi-line'],
    ['multi-line: 12', 'multi-line'],
    ['multi-line-regex', 'multi-line-regex'],
    ['eventchannel', 'unsupported'],
    ['journald', 'unsupported'],
    ['full_command', 'command'],
    ['multi-line: 0', undefined],
    ['multi-line: 99999', undefined],
    ['multi-line', undefined],
    ['JSON', undefined],
    [' json', undefined],
    ['', undefined],
    ['constructor', undefined],
  ] as const)
    it(`'${word}' is ${kind ?? 'no format'}`, () => assert.equal(parseLogFormat(word)?.kind, kind))
})
