import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { compilePattern } from './compile-pattern.ts'
import { MatchBudget } from './match-budget.ts'

const costly = [
  {
    dialect: 'osregex',
    source: String.raw`\S+a\S+a\S+a\S+a!`,
    subject: `${'a'.repeat(20_000)} a!`,
    easy: 'xaxaxaxaxa!',
  },
  { dialect: 'pcre2', source: '(a|a)*[bc]', subject: 'a'.repeat(3000), easy: 'aab' },
] as const

describe('MatchBudget', () => {
  for (const { dialect, source, subject, easy } of costly) {
    it(`${dialect} ${source}: patterns share the budget of an event, and the next event has another`, () => {
      const budget = new MatchBudget()
      let given = 0
      const compiled = compilePattern(dialect, source, { budget, onExhausted: () => (given += 1) })
      assert.ok('pattern' in compiled)
      const { pattern } = compiled
      budget.refill(subject.length)
      assert.equal(pattern.match(subject, 0), -1)
      assert.equal(given, 1)
      assert.equal(budget.eventsUsedUp, 0)
      for (let count = 0; count < 30; count += 1) assert.equal(pattern.match(subject, 0), -1)
      assert.equal(given, 31)
      assert.equal(budget.eventsUsedUp, 1)
      budget.refill(10)
      assert.equal(budget.allowed(1000), 1000)
      assert.equal(pattern.test(easy), true)
    })
  }

  it('lets V8 run as long as the worst of its matches fit, then our own matcher says the same', () => {
    const budget = new MatchBudget()
    const compiled = compilePattern('pcre2', '[ab]+[cd]', { budget })
    assert.ok('pattern' in compiled)
    const long = `${'ab'.repeat(1000)}c`
    budget.refill(long.length)
    for (let count = 0; count < 100; count += 1) assert.equal(compiled.pattern.match(long, 0), long.length)
    assert.equal(budget.takeNative(1e7), false)
    budget.refill(long.length)
    assert.equal(budget.takeNative(1e7), true)
  })

  it('grows with the event', () => {
    const budget = new MatchBudget()
    budget.refill(0)
    assert.equal(budget.allowed(1e9), 5_000_000)
    budget.refill(1_000_000)
    assert.equal(budget.allowed(1e9), 21_000_000)
  })
})
