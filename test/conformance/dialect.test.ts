import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePattern } from '../../src/dialect/compile-pattern.ts'
import type { Dialect, Pattern } from '../../src/dialect/pattern.ts'
import { deviations } from './deviations.ts'
import { bytesOf, readVectors } from './reference.ts'

interface Case {
  readonly subject: string
  readonly match: boolean
  readonly rest?: string
  readonly captures?: readonly string[]
  readonly afterRegex?: string
}

interface Vector {
  readonly id: string
  readonly dialect: Dialect
  readonly pattern: string
  readonly encoding?: string
  readonly compiles: boolean
  readonly cases?: readonly Case[]
}

/** What differs from the observation, one sentence each. */
function differences(vector: Vector): string[] {
  const { dialect, pattern: source, encoding, compiles, cases = [] } = vector
  const compiled = compilePattern(dialect, bytesOf(source, encoding))
  if ('problem' in compiled) return compiles ? [compiled.problem.message] : []
  if (!compiles) return ['compiles, but was refused']
  return cases.flatMap((one) => differ(compiled.pattern, one, encoding))
}

function differ(pattern: Pattern, one: Case, encoding: string | undefined): string[] {
  const subject = bytesOf(one.subject, encoding)
  const found: string[] = []
  const compare = (what: string, actual: unknown, expected: unknown) => {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
    if (left !== right) found.push(`${JSON.stringify(subject)}: ${what} ${left}, observed ${right}`)
  }
  compare('match', pattern.test(subject), one.match)
  if (one.rest !== undefined) {
    const rest = pattern.match(subject, 0)
    compare('rest', rest === -1 ? 'no match' : subject.slice(rest), bytesOf(one.rest, encoding))
  }
  if (one.captures && one.afterRegex !== undefined) {
    const match = pattern.exec(subject, 0)
    const captures = one.captures.map((text) => bytesOf(text, encoding))
    compare('captures', match?.captures.slice(0, 13) ?? [], captures)
    compare('after regex', subject.slice(match?.rest ?? 0), bytesOf(one.afterRegex, encoding))
  }
  return found
}

describe('pattern dialects answer as observed from Wazuh 4.14.3', () => {
  const vectors = readVectors('dialect.jsonl')
  if (!vectors) {
    it('SKIPPED: the reference vectors are not here', (context) => context.skip())
    return
  }
  // The file is ours to trust: its README describes the lines.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const all = vectors as readonly Vector[]
  const reasons = new Map(deviations.map(({ vector, reason }) => [vector, reason]))
  for (const dialect of ['osmatch', 'osregex', 'pcre2'] as const) {
    const ours = all.filter((vector) => vector.dialect === dialect)
    it(`${dialect}: ${ours.length} patterns`, () => {
      const wrong = ours
        .filter(({ id }) => !reasons.has(id))
        .flatMap((vector) => differences(vector).map((text) => `${vector.id} ${vector.pattern} ${text}`))
      assert.deepEqual(wrong, [])
    })
  }
  for (const vector of all.filter(({ id }) => reasons.has(id))) {
    it(`${vector.id} deviates still: ${reasons.get(vector.id)}`, () =>
      assert.notDeepEqual(differences(vector), []))
  }
  it('every deviation names a vector', () => {
    const ids = new Set(all.map(({ id }) => id))
    const unknown = deviations.filter(({ vector }) => vector.startsWith('dialect/') && !ids.has(vector))
    assert.deepEqual(unknown, [])
  })
})
