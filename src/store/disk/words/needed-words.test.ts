import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { withoutFullLog } from '../../full-log.ts'
import { parseQuery } from '../../query/parse.ts'
import { predicate } from '../../query/predicate.ts'
import type { Query } from '../../query/query.ts'
import { addGrams, bitCount, hidesLetters } from './grams.ts'
import { format } from '../format.ts'
import { mayHold, type Words } from './needed-words.ts'

/** What is written down about records with these documents. */
function wordsOf(documents: readonly string[]): Words {
  const bits = new Int32Array(bitCount / 32)
  const texts = documents.flatMap((document) => {
    const { full_log: text }: { full_log?: unknown } = JSON.parse(document)
    const short = typeof text === 'string' ? withoutFullLog(document, text) : undefined
    return short === undefined || typeof text !== 'string' ? [document] : [short, text]
  })
  for (const text of texts) addGrams(Buffer.from(text), bits)
  return {
    has: (bit) => ((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0,
    hidesLetters: documents.some((document) => hidesLetters(Buffer.from(document))),
  }
}

function queryOf(text: string): Query {
  const parsed = parseQuery(text)
  assert.ok('query' in parsed)
  return parsed.query
}

const container = '3f9c2ab41e07d5c8a6b1f0e2d4c3b5a697887766554433221100ffeeddccbbaa'
const documents = [
  JSON.stringify({
    full_log: 'sshd: Accepted publickey for Jörg from 203.0.113.77 port 52122 to unHEALTHY "node\n7"',
    data: { docker: { Actor: { ID: container } }, requestURI: 'kubectl/v1.32', count: 1.5e3 },
  }),
  '{"full_log":"x","data":{"note":"na\\u00efve p\\u0061yload"},"wide":"\u212aernel \u0130STANBUL"}',
]

const passing = [
  'publickey',
  'UBLICK',
  'unhealthy',
  '"for Jörg from"',
  'from*port',
  '203.0.113.77',
  '113.77',
  container,
  container.slice(20, 32),
  'node',
  'kernel',
  'istanbul',
  'requestURI: kubectl*',
  'docker.Actor.ID: *',
  'count: 1500',
  'count: 1*0',
  'data.count > 7',
  'note: *payload',
  'full_log: *publickey*',
  'docker.Type: container',
  'not xylophone',
  'xylophone or kubectl',
  'ssh',
  'nothing.here: x',
]
/** Without the document that hides letters, in which any path may be. */
const failing = [
  'xylophone',
  'kubectl xylophone',
  'xylophone or marimba',
  'publickeys',
  '198.51.100.7',
  '0123456789abcdef',
  'requestURI: *scheduler*',
  'requestURI: xylophone',
  'nowhere.path: x',
  'nowhere.path: *',
  'nowhere.path > 7',
  'full_log: *xylophone*',
]

describe('mayHold()', () => {
  for (const query of passing)
    it(`lets a block through that may hold ${query}`, () => {
      assert.equal(mayHold(queryOf(query), format)?.(wordsOf(documents)) ?? true, true)
    })

  for (const query of failing)
    it(`passes over a block without ${query}`, () => {
      assert.equal(mayHold(queryOf(query), format)?.(wordsOf(documents.slice(0, 1))), false)
    })

  it('never passes over a document that matches', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'kube',
        'Kubectl',
        'deadbeef',
        '10.0.0.7',
        '1e3',
        'true',
        'İK',
        'a"b\\c',
        '\n',
        '/',
        '\ud800',
        '😀',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('0', '1', '7', '8', 'a', 'b', 'e', 'f', '.'), maxLength: 20 }),
      fc.double().map(String),
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 4 }).map((list) => list.join(''))
    const leaf = fc.oneof(text, text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())
    const name = fc.constantFrom('verb', 'user.name', 'odd name', 'exit_code', 'a"b', '7')
    const shown = fc.record({ leaf, name, text, isEscaped: fc.boolean() })
    const cutOut = fc.record({
      from: fc.nat(8),
      length: fc.integer({ min: 1, max: 30 }),
      stars: fc.boolean(),
    })
    const property = fc.property(shown, cutOut, fc.boolean(), (given, { from, length, stars }, isBare) => {
      const plain = JSON.stringify({ full_log: given.text, data: { [given.name]: [{ deep: given.leaf }] } })
      // None of these letters is in an escape, in hexadecimal digits, or in a word of JSON.
      const document = given.isEscaped
        ? plain.replace(/[ghkm]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
        : plain
      const value = (isBare ? document : String(given.leaf)).slice(from, from + length)
      const query: Query = {
        kind: 'match',
        field: isBare ? undefined : `data.${given.name}.deep`,
        value: stars ? `*${value.replaceAll(/[*\\]/g, '\\$&')}*` : value,
        phrase: !stars,
      }
      if (predicate(query)(document)) assert.notEqual(mayHold(query, format)?.(wordsOf([document])), false)
    })
    fc.assert(property, { numRuns: 500 })
  })
})
