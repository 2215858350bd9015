// What a manager writes: alerts, archives and alert blocks, where the log test and the manager differ.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { deviations } from './deviations.ts'
import {
  eventsOf,
  expectedText,
  hasStock,
  loadVector,
  type Vector,
  withoutVolatile,
} from './engine-vectors.ts'
import { readVectors } from './reference.ts'

const reasons = new Map(deviations.map(({ vector, reason }) => [vector, reason]))
const block = /^\*\* Alert \d+\.\d+:([^\n]*\n)\d{4} \w{3} \d\d \d\d:\d\d:\d\d /

/** Everything that the manager would write for the events of a vector. */
function run(vector: Vector) {
  const { engine } = loadVector(vector, 'daemon')
  assert.ok(engine)
  const written: { alerts: unknown[]; archives: unknown[]; alerts_log: string[] } = {
    alerts: [],
    archives: [],
    alerts_log: [],
  }
  for (const raw of eventsOf(vector)) {
    const event = engine.decoder.decode(raw)
    if (!event) continue
    const verdict = engine.rules.evaluate(event, engine.memory)
    written.archives.push(withoutVolatile(verdict.document()))
    if (!verdict.alert) continue
    written.alerts.push(withoutVolatile(verdict.alert.document))
    written.alerts_log.push(verdict.block(0)?.replace(block, '** Alert ID:$1DATE ') ?? '')
  }
  return written
}

describe('the manager writes as observed from Wazuh 4.14.3', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the README of the vectors describes the lines
  const all = readVectors('live.jsonl') as readonly Vector[] | undefined
  const vectors = all?.filter(({ stock }) => hasStock || !stock)
  if (!vectors) {
    it('SKIPPED: the reference vectors are not here', (context) => context.skip())
    return
  }
  for (const vector of vectors) {
    const reason = reasons.get(vector.id)
    it(`${vector.id}: ${vector.note}${reason ? ` deviates still: ${reason}` : ''}`, () => {
      const { alerts, archives, alerts_log } = vector
      const observed = JSON.stringify(expectedText({ alerts, archives, alerts_log }, vector.encoding))
      const written = JSON.stringify(run(vector))
      if (reasons.has(vector.id)) assert.notEqual(written, observed)
      else assert.equal(written, observed)
    })
  }
})
