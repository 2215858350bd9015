// Attacks and ordinary work that the recordings do not hold, in the form of recorded events: other clusters, versions, tools and audit levels.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { packageRoot } from '../../src/version.ts'
import { type AuditParts, auditLine } from '../support/kube-events.ts'

/** One line of `scenarios.jsonl`. */
interface Scenario {
  readonly is: string
  /** In order; the highest alert of all of them counts. */
  readonly events: readonly AuditParts[]
  /** Of attacks: the least level that is good enough. Nothing else may reach level 7. */
  readonly atLeast?: number
}

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-scenarios-'))
const loaded = loadEngine({ home, hostName: 'manager' })
process.on('exit', () => rmSync(home, { recursive: true }))
const startMs = Date.parse('2026-11-22T12:00:00Z')
const scenarios: readonly Scenario[] = readFileSync(
  path.join(packageRoot, 'test', 'data', 'kube-audit', 'scenarios.jsonl'),
  'utf8',
)
  .split('\n')
  .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

function worst({ events }: Scenario): { readonly level: number; readonly rule: number } {
  const { decoder, rules, memory } = loaded.newSession()
  let found = { level: 0, rule: 0 }
  for (const [index, parts] of events.entries()) {
    const receivedAtMs = startMs + index * 1000
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
    const text = toByteString(auditLine(parts, id, receivedAtMs))
    const event = decoder.decode(
      new RawEvent({ id, source: 'kube-audit', location: 'k8s', text, receivedAtMs }),
    )
    assert.ok(event)
    const { rule, alert } = rules.evaluate(event, memory)
    if (alert && rule && rule.level > found.level) found = { level: rule.level, rule: rule.id }
  }
  return found
}

describe('attacks that were not recorded', () => {
  for (const scenario of scenarios) {
    const { atLeast } = scenario
    if (atLeast === undefined) continue
    it(`${scenario.is}: level ${atLeast} at least`, () => {
      const { level, rule } = worst(scenario)
      assert.ok(level >= atLeast, `rule ${rule} of level ${level}`)
    })
  }
})

describe('ordinary work that was not recorded stays below level 7', () => {
  for (const scenario of scenarios) {
    if (scenario.atLeast !== undefined) continue
    it(scenario.is, () => {
      const { level, rule } = worst(scenario)
      assert.ok(level < 7, `rule ${rule} of level ${level}`)
    })
  }
})
