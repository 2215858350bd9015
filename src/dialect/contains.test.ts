import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileContains } from './contains.ts'

const cases = [
  { text: 'a', subject: 'xxa', from: 0, found: true },
  { text: 'a', subject: 'axx', from: 1, found: false },
  { text: 'ez', subject: 'z eez', from: 0, found: true },
  { text: '"cis":{', subject: '{"a":{"cis":{}}}', from: 0, found: true },
  { text: '"cis":{', subject: '{"cis":{}}', from: 2, found: false },
  { text: '"cis":{', subject: '{"cis":[', from: 0, found: false },
  { text: 'more authentication failures', subject: 'no more authentication failures', from: 3, found: true },
  { text: 'more authentication failures', subject: 'no more authentication failures', from: 4, found: false },
  { text: 'eeeeeeeeeez', subject: 'eeeeeeeeez eeeeeeeeeez', from: 0, found: true },
  { text: 'long text', subject: '', from: 0, found: false },
] as const

describe('compileContains', () => {
  for (const { text, subject, from, found } of cases) {
    it(`${JSON.stringify(text)} in ${JSON.stringify(subject)} from ${from}: ${found}`, () =>
      assert.equal(compileContains(text)(subject, from), found))
  }
})
