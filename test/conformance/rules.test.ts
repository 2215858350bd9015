// What rules make of events, compared with what was observed from the original engine by its log test.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { differences } from './compare-vectors.ts'
import { deviations } from './deviations.ts'
import { allQuirks, hasStock, noQuirks, type Vector } from './engine-vectors.ts'
import { readVectors } from './reference.ts'

const reasons = new Map(deviations.map(({ vector, reason }) => [vector, reason]))
/** Deviations that remain when every surprise that can be kept is kept. */
const always = new Set(deviations.filter(({ isAlways }) => isAlways).map(({ vector }) => vector))

for (const file of ['rules', 'json', 'random', 'stock']) {
  describe(`${file}: rules answer as observed from Wazuh 4.14.3`, () => {
    // The files are ours to trust: their README describes the lines.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const all = readVectors(`${file}.jsonl`) as readonly Vector[] | undefined
    const vectors = all?.filter(({ stock }) => hasStock || !stock)
    if (!vectors || vectors.length === 0) {
      it('SKIPPED: the reference vectors are not here', (context) => context.skip())
      return
    }
    const wrong = (chosen: readonly Vector[], quirks = noQuirks) =>
      chosen.flatMap((vector) =>
        differences(vector, quirks).map((text) => `${vector.id} ${vector.note} ${text}`),
      )
    it(`${vectors.length} vectors`, () =>
      assert.deepEqual(wrong(vectors.filter(({ id }) => !reasons.has(id))), []))
    if (file === 'rules' || file === 'random') {
      it('with all surprises of the original kept', () =>
        assert.deepEqual(
          wrong(
            vectors.filter(({ id }) => !always.has(id)),
            allQuirks,
          ),
          [],
        ))
    }
    for (const vector of vectors.filter(({ id }) => reasons.has(id))) {
      it(`${vector.id} deviates still: ${reasons.get(vector.id)}`, () =>
        assert.notDeepEqual(differences(vector), []))
    }
  })
}
