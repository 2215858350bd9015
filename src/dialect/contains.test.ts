import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileFind, compileFoldedContains } from './contains.ts'

const cases = [
  { text: 'a', subject: 'xxa', from: 0, at: 2 },
  { text: 'a', subject: 'axx', from: 1, at: -1 },
  { text: 'ez', subject: 'z eez', from: 0, at: 3 },
  { text: '"cis":{', subject: '{"a":{"cis":{}}}', from: 0, at: 6 },
  { text: '"cis":{', subject: '{"cis":{}}', from: 2, at: -1 },
  { text: '"cis":{', subject: '{"cis":[', from: 0, at: -1 },
  { text: 'more authentication failures', subject: 'no more authentication failures', from: 3, at: 3 },
  { text: 'more authentication failures', subject: 'no more authentication failures', from: 4, at: -1 },
  { text: 'eeeeeeeeeez', subject: 'eeeeeeeeez eeeeeeeeeez', from: 0, at: 11 },
  { text: 'long text', subject: '', from: 0, at: -1 },
] as const

describe('compileFind', () => {
  for (const { text, subject, from, at } of cases) {
    it(`${JSON.stringify(text)} in ${JSON.stringify(subject)} from ${from}: ${at}`, () =>
      assert.equal(compileFind(text)(subject, from), at))
  }
})

const foldedCases = [
  { text: '"ms-graph"', subject: '{"a":"MS-Graph"}', from: 0, found: true },
  { text: '"ms-graph"', subject: '{"a":"MS-Graph"}', from: 6, found: false },
  { text: '"ms-graph"', subject: 'a-b "ms-grapH"', from: 0, found: true },
  { text: '"ms-graph"', subject: '-graph"', from: 0, found: false },
  { text: '"ms-graph"', subject: '"ms-graph', from: 0, found: false },
  { text: '%asa-', subject: 'x %aSA-4', from: 0, found: true },
  { text: '\xe4{', subject: '\xc4{', from: 0, found: false },
] as const

describe('compileFoldedContains', () => {
  for (const { text, subject, from, found } of foldedCases) {
    it(`${JSON.stringify(text)} in ${JSON.stringify(subject)} from ${from}: ${found}`, () =>
      assert.equal(compileFoldedContains(text)?.(subject, from), found))
  }

  it('knows no way for letters and frequent characters', () =>
    assert.equal(compileFoldedContains('session opened: 1'), undefined))
})
