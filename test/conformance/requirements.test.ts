// Every clause of the specifications is cited by the name of a test, and every citation names a clause.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { packageRoot } from '../../src/version.ts'
import { requirements } from './requirements.ts'

const number = String.raw`§?(?:\d+(?:\.\d+)?[a-z]?|Q-\d+)(?![\w.-]*\w)`
const citation = new RegExp(String.raw`\b(rules|decoders)\.md ((?:${number})(?:(?:, | )(?:${number}))*)`, 'g')
const single = new RegExp(number, 'g')

/** Names of tests, and the tables they are made of: `clause: '…'` stands behind the file that the name gives. */
export function citedIn(source: string): string[] {
  const names = [...source.matchAll(/\b(?:it|describe)\(\s*(['"`])([^\n]*?)\1/g)].map(
    ([, , name = '']) => name,
  )
  const prefix = /\b(rules|decoders)\.md \$\{(clause|name)\}/.exec(names.join('\n'))
  const property = new RegExp(String.raw`\b${prefix?.[2]}: (['"])(.*?)\1`, 'g')
  const rows = prefix ? [...source.matchAll(property)].map(([, , row = '']) => `${prefix[1]}.md ${row}`) : []
  return [...names, ...rows].flatMap((name) => [
    ...[...name.matchAll(citation)].flatMap(([, file = '', ids = '']) =>
      [...ids.matchAll(single)].map(([id]) =>
        id.startsWith('Q-') ? `rules.md ${id}` : `${file}.md ${id.replace('§', '')}`,
      ),
    ),
    ...(/\b(?:rules|decoders)\.md/.test(name) ? [...name.matchAll(/\bQ-\d+/g)] : []).map(
      ([id]) => `rules.md ${id}`,
    ),
  ])
}

function sources(folder: string): string[] {
  return readdirSync(path.join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith('requirements.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
}

describe('requirements', () => {
  const cited = new Set(['src', 'test'].flatMap(sources).flatMap(citedIn))
  const known = new Map(requirements.map((requirement) => [requirement.id, requirement]))
  const applying = requirements.filter(({ applies }) => applies !== 'no')

  it('every clause that applies is cited by a test', () =>
    assert.deepEqual(
      applying.map(({ id }) => id).filter((id) => !cited.has(id)),
      [],
    ))

  it('every citation names a clause', () =>
    assert.deepEqual(
      [...cited].filter((id) => !known.has(id)),
      [],
    ))

  it('no clause is cited that is said not to apply, and each of those has a reason', () => {
    const outside = requirements.filter(({ applies }) => applies === 'no')
    assert.deepEqual(
      outside.filter(({ id, reason }) => cited.has(id) || !reason).map(({ id }) => id),
      [],
    )
  })

  it('no clause is listed twice', () => assert.equal(known.size, requirements.length))

  const examples = [
    {
      source: `it('rules.md 4.7a, 4.7b (Q-5 fixed): x', f)`,
      cites: ['rules.md 4.7a', 'rules.md 4.7b', 'rules.md Q-5'],
    },
    {
      source: `describe('x (spec decoders.md §1.6, 1.7)', f)`,
      cites: ['decoders.md 1.6', 'decoders.md 1.7'],
    },
    {
      source: "clause: '5.1, Q-3: x' it(`rules.md ${clause}`, f)",
      cites: ['rules.md 5.1', 'rules.md Q-3', 'rules.md Q-3'],
    },
    { source: `clause: '5.1' // it says rules.md 5.2`, cites: [] },
  ]
  for (const { source, cites } of examples) {
    it(`${source} cites ${cites.join(' and ') || 'nothing'}`, () => assert.deepEqual(citedIn(source), cites))
  }
})
