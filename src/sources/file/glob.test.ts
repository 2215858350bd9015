import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { pathMatcher } from './glob.ts'

const cases: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ['/var/log/*.log', '/var/log/a.log', true],
  ['/var/log/*.log', '/var/log/.log', false],
  ['/var/log/.*.log', '/var/log/.a.log', true],
  ['/var/log/*.log', '/var/log/a.log.1', false],
  ['/var/log/*.log', '/var/log/a/b.log', false],
  ['/var/*/*.log', '/var/log/b.log', true],
  ['/v/a?c', '/v/abc', true],
  ['/v/a?c', '/v/ac', false],
  ['/v/[abc].log', '/v/b.log', true],
  ['/v/[!abc].log', '/v/b.log', false],
  ['/v/[^abc].log', '/v/d.log', true],
  ['/v/[a-c0-9]x', '/v/7x', true],
  ['/v/[]a]x', '/v/]x', true],
  ['/v/[[:digit:]]x', '/v/5x', true],
  ['/v/[[:digit:][:upper:]]x', '/v/Ax', true],
  ['/v/[[:digit:]]x', '/v/ax', false],
  ['/v/[a-]x', '/v/-x', true],
  ['/v/a[b', '/v/a[b', true],
  ['/v/*[b', '/v/aa[b', true],
  ['/v/\\*x*', '/v/*xy', true],
  ['/v/\\*x*', '/v/axy', false],
  ['/v/**a**b', '/v/xxaxxb', true],
  ['/v/exact', '/v/exact', true],
  ['/v/exact', '/v/exact2', false],
  ['/v/*\xc3\xa9', '/v/caf\xc3\xa9', true],
]

describe('pathMatcher()', () => {
  for (const [pattern, path, matches] of cases)
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () =>
      assert.equal(pathMatcher(pattern)(path), matches))

  it('ends soon on a pattern and a name made to go back and forth', () => {
    const pattern = `/${'*a'.repeat(100)}b`
    assert.equal(pathMatcher(pattern)(`/${'a'.repeat(255)}`), false)
  })
})
