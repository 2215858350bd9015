// Every example of docs/guide/search.md is a query the parser takes, and those of the table find what they say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { parseQuery } from '../../src/store/query/parse.ts'
import { predicate } from '../../src/store/query/predicate.ts'

const guide = readFileSync(
  path.join(import.meta.dirname, '..', '..', '..', 'docs', 'guide', 'search.md'),
  'utf8',
)
const document = JSON.stringify({
  timestamp: '2026-11-22T11:00:00.000+0000',
  rule: { level: 7, id: '87924', description: 'Docker: Container web started', groups: ['docker', 'other'] },
  full_log: 'kubectl exec read secrets',
  data: {
    docker: { Actor: { Attributes: { image: 'nginx:1.25' } } },
    user: { username: 'alice' },
    sourceIPs: ['192.168.0.1', '10.9.8.7'],
  },
})
const other = JSON.stringify({
  timestamp: '2026-11-22T09:59:59.999+0000',
  rule: { level: 3, id: '5' },
  data: { user: {} },
})

function matches(query: string, text: string): boolean {
  const parsed = parseQuery(query)
  assert.ok('query' in parsed, `${query}: ${'error' in parsed ? parsed.error.message : ''}`)
  return predicate(parsed.query)(text)
}

describe('docs/guide/search.md', () => {
  const rows = [...guide.matchAll(/^\| `([^`]+)` \|/gm)].map(([, query = '']) => query)
  it('has examples', () => assert.equal(rows.length, 11))
  for (const query of rows) {
    it(`${query} finds what the table says`, () => {
      assert.equal(matches(query, document), true)
      assert.equal(matches(query, other), false)
    })
  }
  const commands = [...guide.matchAll(/^quaywatch (?:search|tail) '([^']+)'/gm)].map(
    ([, query = '']) => query,
  )
  it('shows commands with queries that parse', () => {
    assert.equal(commands.length, 3)
    for (const query of commands) matches(query, document)
  })
})
