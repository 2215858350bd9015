import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileChain } from './chain.ts'
import { parsePcre2 } from './parse.ts'

function chainOf(source: string) {
  const parsed = parsePcre2(source)
  return typeof parsed === 'string' ? undefined : compileChain(parsed)
}

const cases = [
  { source: 'a.+b', subject: 'ab', matches: false },
  { source: 'a.+b', subject: 'axb', matches: true },
  { source: 'a.*b', subject: 'ab', matches: true },
  { source: 'a.*?b', subject: 'xxaxxb', matches: true },
  { source: 'a.*b.+c', subject: 'abc', matches: false },
  { source: 'a.*b.+c', subject: 'abcxc', matches: true },
  { source: 'a.*b.+c', subject: 'axbxc', matches: true },
  { source: 'aa.+aa', subject: 'aaaa', matches: false },
  { source: 'aa.+aa', subject: 'aaaaa', matches: true },
  {
    source: 'requestURI":.+", "verb": "create',
    subject: '"requestURI": "/x", "verb": "create"',
    matches: true,
  },
  {
    source: 'requestURI":.+", "verb": "create',
    subject: '"requestURI": "/x", "verb": "get"',
    matches: false,
  },
  { source: 'Verb.*x', subject: 'verb x', matches: false },
] as const

describe('compileChain', () => {
  for (const { source, subject, matches } of cases) {
    it(`${source} on ${JSON.stringify(subject)}: ${matches}, as V8 says`, () => {
      assert.equal(chainOf(source)?.(subject), matches)
      assert.equal(new RegExp(source).test(subject), matches)
    })
  }

  for (const source of [
    'abc',
    'a.+',
    '.+a',
    '^a.+b',
    'a.+b$',
    'a.++b',
    'a.{2,3}b',
    'a[^x]+b',
    '(?i)a.+b',
    'a.+(b)',
    'a|b.+c',
  ])
    it(`${source} is left to others`, () => assert.equal(chainOf(source), undefined))
})
