// The windows of correlation rules against a literal transcription of the search of rules.md 4.7.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'

import type { DecodedEvent, StaticName } from '../../src/event/decoded-event.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import type { Compared, Correlation } from '../../src/rules/correlation.ts'
import { EngineMemory } from '../../src/rules/memory.ts'
import { Rule, type RuleBody } from '../../src/rules/rule.ts'

interface Drawn {
  readonly afterMs: number
  readonly agent: string
  readonly fields: Readonly<Partial<Record<StaticName, string | undefined>>>
  readonly hasDynamic: boolean
}

function eventOf(drawn: Drawn, index: number, atMs: number): DecodedEvent {
  const raw = new RawEvent({
    id: `${index}`,
    source: 't',
    location: 't',
    receivedAtMs: atMs,
    text: `e${index}`,
  })
  return {
    raw,
    log: raw.text,
    header: { timestamp: undefined, hostname: undefined, programName: undefined },
    agent: { id: drawn.agent, name: undefined, ip: undefined },
    hostname: 'h',
    location: 't',
    decoder: undefined,
    fields: {
      fixed: (name) => drawn.fields[name],
      dynamic: () => undefined,
      entries: () => (drawn.hasDynamic ? [['k', 'v'] as const] : []),
    },
  }
}

/** The list of rules.md 4.7, newest first, and nothing else. */
class NaiveList {
  readonly #held: { readonly event: DecodedEvent; matched: number }[] = []

  search(correlation: Correlation, level: number, current: DecodedEvent): string[] | undefined {
    const needed = correlation.frequency - 2
    const lines: string[] = []
    let count = 0
    let first: { matched: number } | undefined
    for (const entry of this.#held) {
      const { event } = entry
      if (current.raw.receivedAtMs - event.raw.receivedAtMs > correlation.timeframeMs) return undefined
      if (!correlation.globalFrequency && event.agent.id !== current.agent.id) continue
      if (!modifiersHold(correlation, current, event)) continue
      if (entry.matched >= level) return undefined
      if (lines.length < 11) lines.push(event.raw.text)
      if (count < needed) {
        count += 1
        first ??= entry
        continue
      }
      if (first) first.matched = level
      return lines
    }
    return undefined
  }

  hold(event: DecodedEvent, matched: number): void {
    this.#held.unshift({ event, matched })
  }
}

function modifiersHold(correlation: Correlation, current: DecodedEvent, earlier: DecodedEvent): boolean {
  const isEqual = ({ read }: Compared): boolean =>
    read(current) !== undefined && read(current) === read(earlier)
  const hasDynamic = [...current.fields.entries()].length + [...earlier.fields.entries()].length > 0
  if (!correlation.same.every(isEqual)) return false
  return !correlation.different.some(isEqual) && (!correlation.needsDynamic || hasDynamic)
}

const compared = (name: StaticName): Compared => ({ name, read: (event) => event.fields.fixed(name) })
const value = fc.option(fc.constantFrom('1', '2'), { nil: undefined })

const drawnEvents = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 0, 1, 1000, 2500),
    agent: fc.constantFrom('000', '001'),
    fields: fc.record({ srcip: value, url: value, id: value }),
    hasDynamic: fc.boolean(),
  }),
  { maxLength: 60 },
)

const drawnRules = fc.array(
  fc.record({
    level: fc.integer({ min: 1, max: 5 }),
    frequency: fc.integer({ min: 2, max: 15 }),
    timeframeMs: fc.constantFrom(1000, 5000, 60_000),
    globalFrequency: fc.boolean(),
    same: fc.subarray<StaticName>(['srcip']),
    different: fc.subarray<StaticName>(['url', 'id']),
    needsDynamic: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
)

type DrawnRule = Pick<Correlation, 'frequency' | 'timeframeMs' | 'globalFrequency' | 'needsDynamic'> & {
  readonly level: number
  readonly same: readonly StaticName[]
  readonly different: readonly StaticName[]
}

function ruleOf(drawn: DrawnRule, index: number): Rule {
  const { level, ...rest } = drawn
  const correlation: Correlation = {
    ...rest,
    source: { kind: 'sid', sid: 1 },
    same: drawn.same.map(compared),
    different: drawn.different.map(compared),
    // A field that must differ is never among the static ones; what matters here is that it is asked for.
    needsDynamic: drawn.needsDynamic && drawn.different.length > 0,
  }
  const linkage = {
    ifSid: undefined,
    ifLevel: undefined,
    ifGroup: undefined,
    ifMatchedSid: 1,
    ifMatchedGroup: undefined,
  }
  // Only these two are read by the memory.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const body = { correlation, level } as RuleBody
  return new Rule(100 + index, index, { sortKey: 0, linkage, category: 'syslog' }, body)
}

describe('correlation memory', () => {
  it('finds what the search of rules.md 4.7 finds, and marks what it marks', () => {
    fc.assert(
      fc.property(drawnRules, drawnEvents, (rulesDrawn, events) => {
        const rules = rulesDrawn.map(ruleOf)
        const memory = new EngineMemory(rules.length, { mode: 'daemon', limit: 10_000 })
        const naive = new NaiveList()
        let atMs = 1_000_000
        for (const [index, drawn] of events.entries()) {
          atMs += drawn.afterMs
          const event = eventOf(drawn, index, atMs)
          let matched = 0
          for (const rule of rules) {
            const { correlation, level } = rule.body
            assert.ok(correlation)
            const found = memory.search(rule, event, atMs)
            assert.deepEqual(found?.lines, naive.search(correlation, level, event))
            if (found) matched = level
          }
          memory.hold(event, rules, matched)
          naive.hold(event, matched)
        }
      }),
      { numRuns: 400, interruptAfterTimeLimit: 4000 },
    )
  })

  it('holds no more than its limit whatever the keys, and says how many it dropped', () => {
    const drawn = { level: 5, frequency: 3, timeframeMs: 60_000, globalFrequency: true, needsDynamic: false }
    const rule = ruleOf({ ...drawn, same: ['srcip'], different: [] }, 0)
    const memory = new EngineMemory(1, { mode: 'daemon', limit: 500 })
    for (let index = 0; index < 20_000; index++) {
      const fields = { srcip: `10.${index % 7919}` }
      memory.hold(eventOf({ afterMs: 0, agent: '000', fields, hasDynamic: false }, index, index), [rule], 0)
      assert.ok(memory.held <= memory.limit)
    }
    assert.equal(memory.held, 500)
    assert.equal(memory.evicted, 19_500)
  })

  it('forgets events that no search can reach any more', () => {
    const drawn = { level: 5, frequency: 3, timeframeMs: 1000, globalFrequency: true, needsDynamic: false }
    const rule = ruleOf({ ...drawn, same: ['srcip'], different: [] }, 0)
    const memory = new EngineMemory(1, { mode: 'daemon', limit: 1000 })
    const eventAt = (atMs: number): DecodedEvent =>
      eventOf({ afterMs: 0, agent: '000', fields: { srcip: `${atMs}` }, hasDynamic: false }, atMs, atMs)
    for (let atMs = 0; atMs < 100; atMs++) memory.hold(eventAt(atMs), [rule], 0)
    assert.equal(memory.held, 100)
    memory.hold(eventAt(5000), [rule], 0)
    assert.equal(memory.held, 1)
  })
})
