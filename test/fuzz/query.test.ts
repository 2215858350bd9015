// The database and the predicate of the live tail must give the same answer to every query about every event.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { openStore } from '../../src/store/open-store.ts'
import { parseQuery } from '../../src/store/query/parse.ts'
import { predicate } from '../../src/store/query/predicate.ts'
import type { Query } from '../../src/store/query/query.ts'
import { entry, type EntryParts } from '../support/entries.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const words = [
  'container',
  'Start',
  'nginx:1.25',
  '10.0.0.7',
  '10.0.1.200',
  '::ffff:10.0.0.9',
  '2001:db8::1',
  '2001:DB8:0:0:0:0:0:2',
  'fe80::',
  '1::2::3',
  ':::',
  '[x]',
  '7',
  '07',
  '-1.5',
  '1e3',
  'Größe',
  'ΑΣ İ',
  '%_',
  'a"b\\c',
  'x*y',
  ' ',
  '\n\u001f',
  'a\ufdd5b',
  '😀',
  'true',
  'null',
]
const word = fc.constantFrom(...words)
/** Ranges of texts order control characters and noncharacters by their stored form, which is not promised to anybody. */
const plainWord = word.filter((text) => !/[\u001f\ufdd5]/.test(text))
const fields = [
  'docker.Type',
  'data.docker.Action',
  'verb',
  'user.username',
  'user',
  'sourceIPs',
  'deep.list',
  'rule.level',
  'rule.id',
  'rule.groups',
  'rule.mitre.id',
  'rule.mitre.tactic',
  'rule.mitre.technique',
  'userAgent',
  'rule.description',
  'full_log',
  'agent.name',
  'location',
  'decoder.name',
  'nothing.here',
  'odd.a b',
  'pods.image',
  'pods.ports.name',
  'pods.0.image',
  'pods.ports',
  'pods.ports.0',
  'deep.list.0',
  'timestamp',
]

const leaf = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 2, arbitrary: fc.array(word, { maxLength: 3 }) },
)
const data = fc.record(
  {
    docker: fc.record({ Type: plainWord, Action: plainWord }, { requiredKeys: [] }),
    verb: plainWord,
    userAgent: plainWord,
    user: fc.record({ username: plainWord }, { requiredKeys: [] }),
    sourceIPs: fc.array(word, { maxLength: 3 }),
    deep: fc.record({ list: leaf, other: leaf }, { requiredKeys: [] }),
    odd: fc.record({ 'a b': word }, { requiredKeys: [] }),
    pods: fc.oneof(
      word,
      fc.array(
        fc.oneof(
          { weight: 1, arbitrary: word },
          {
            weight: 4,
            arbitrary: fc.record(
              {
                image: leaf,
                ports: fc.oneof(
                  word,
                  fc.array(fc.record({ name: word }, { requiredKeys: [] }), { maxLength: 2 }),
                ),
              },
              { requiredKeys: [] },
            ),
          },
        ),
        { maxLength: 3 },
      ),
    ),
  },
  { requiredKeys: [] },
)
const rule = fc.record({
  id: fc.nat(3),
  level: fc.nat(15),
  groups: fc.array(plainWord, { maxLength: 2 }),
  mitreIds: fc.array(fc.constantFrom('T1609', 'T1610'), { maxLength: 2 }),
  mitreTactics: fc.array(plainWord, { maxLength: 2 }),
  mitreTechniques: fc.array(plainWord, { maxLength: 2 }),
})
const parts = fc.record({
  data,
  rule: fc.option(rule, { nil: undefined }),
  text: fc.option(
    fc.array(word, { maxLength: 4 }).map((list) => list.join(' ')),
    { nil: undefined },
  ),
  location: plainWord,
  atMs: fc.integer({ min: 1_795_000_000_000, max: 1_795_000_100_000 }),
})

const value = fc.oneof(
  word,
  word.map((text) => `${text.slice(0, 2)}*`),
  word.map((text) => `*${text.slice(-2)}`),
  fc.constantFrom(
    '*',
    '**',
    '10.0.0.0/24',
    '0.0.0.0/0',
    '2001:db8::/32',
    '::/0',
    'fe80::/10',
    '',
    'to',
    '2026-11-18T11:07:00Z',
    '\\*',
  ),
)
const condition: fc.Arbitrary<Query> = fc.oneof(
  fc.record({
    kind: fc.constant('match' as const),
    field: fc.option(fc.constantFrom(...fields), { nil: undefined }),
    value,
    phrase: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('exists' as const), field: fc.constantFrom(...fields) }),
  fc.record({
    kind: fc.constant('range' as const),
    field: fc.constantFrom(...fields.filter((field) => field !== 'full_log')),
    operator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
    value: fc.oneof(plainWord, fc.constantFrom('7', '2026-11-18T11:07:00Z', '2026-11-18')),
  }),
)
const query = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    condition,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('query'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('query') }),
  ),
})).query

function without(parts: { readonly text: string | undefined; readonly rule: unknown }): EntryParts {
  const { text, rule, ...rest } = parts
  return JSON.parse(
    JSON.stringify({
      ...rest,
      ...(text === undefined ? {} : { text }),
      ...(rule === undefined ? {} : { rule }),
    }),
  )
}

const known = 150

describe('a query', () => {
  it('finds the same events in the database and in memory', async () => {
    const store = await openStore({ folder })
    const samples = fc.sample(parts, { numRuns: 300, seed: 7 })
    const entries = samples.map((sample, index) => {
      const made = without(sample)
      const atMs = (made.atMs ?? 0) + (index < known ? 0 : 2 * 86_400_000)
      return entry({ ...made, atMs, id: `${index}` })
    })
    await store.append('fuzz', undefined, entries.slice(0, known))
    // Writes down the words of the first day; those of the other are not known.
    await store.compact()
    await store.append('fuzz', undefined, entries.slice(known))
    const signal = new AbortController().signal
    const check = async (asked: Query) => {
      for (const dataset of ['events', 'alerts'] as const) {
        const page = await store.search({ dataset, query: asked, limit: 1000, order: 'oldest' }, signal)
        const matches = predicate(asked)
        const expected = entries.flatMap(({ document, alert, event }) => {
          const shown = dataset === 'events' ? document : alert?.document
          return shown !== undefined && matches(shown) ? [event.raw.id] : []
        })
        assert.deepEqual(
          page.hits.map(({ eventId }) => eventId),
          expected,
        )
      }
    }
    await fc.assert(fc.asyncProperty(query, check), {
      numRuns: Number(process.env['QUAYWATCH_FUZZ_RUNS'] ?? 80),
      interruptAfterTimeLimit: 60_000,
    })
    await store.close()
  })

  it('is parsed or refused with a place inside the text, never anything else', () => {
    const symbol = fc.constantFrom(
      'a',
      'rule.level',
      ':',
      '(',
      ')',
      '"',
      'and',
      'or',
      'not',
      'to',
      '[',
      ']',
      '*',
      '>=',
      '<',
      ' ',
      '\\',
      '10.0.0.0/8',
      '\n',
      '😀',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(symbol, { maxLength: 20 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(text, (asked) => {
        const parsed = parseQuery(asked)
        if ('query' in parsed) predicate(parsed.query)('{}')
        else assert.ok(parsed.error.position >= 0 && parsed.error.position <= asked.length)
      }),
      { numRuns: 600 },
    )
  })
})
