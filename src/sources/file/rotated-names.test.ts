import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { byAge, isRotatedName } from './rotated-names.ts'

describe('isRotatedName()', () => {
  for (const [name, base, isRotated] of [
    ['app.log.1', 'app.log', true],
    ['app.log-20260102', 'app.log', true],
    ['app.log.2026-01-02T03', 'app.log', true],
    ['app.log.old', 'app.log', true],
    ['app-20260102.log', 'app.log', true],
    ['audit-2026-01-02T03-04-05.678.log', 'audit.log', true],
    ['0.log.20260102-030405', '0.log', true],
    ['app.log', 'app.log', false],
    ['app.log.1.gz', 'app.log', false],
    ['app.log.bak', 'app.log', false],
    ['application.log', 'app.log', false],
    ['app-errors.log', 'app.log', false],
    ['other.log.1', 'app.log', false],
  ] as const)
    it(`${name} ${isRotated ? 'may have been' : 'was never'} ${base}`, () =>
      assert.equal(isRotatedName(name, base), isRotated))
})

describe('byAge()', () => {
  for (const names of [
    ['app.log.10', 'app.log.9', 'app.log.1'],
    ['app-20251231.log', 'app-20260102.log'],
    ['0.log.20260102-030405', '0.log.20260102-030406'],
  ])
    it(names.join(' before '), () => assert.deepEqual([...names].reverse().sort(byAge), names))
})
