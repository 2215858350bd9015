import { Counter, Gauge } from 'prom-client'

import type { Telemetry } from './telemetry.ts'

/** What the engine in force says of itself; another one after every reload. */
export interface EngineState {
  readonly memory: {
    /** Events held for correlation. */
    readonly held: number
    readonly limit: number
    /** Events dropped before their time because of the limit. */
    readonly evicted: number
  }
  readonly rules: {
    /** By rule id: how often a pattern of it was given up and taken as not matching. */
    readonly exhausted: ReadonlyMap<number, number>
    /** Events for which all patterns together took too long. */
    readonly eventsUsedUp: number
  }
  readonly decoder: {
    /** The same for decoders, by name. */
    readonly exhausted?: ReadonlyMap<string, number>
  }
}

export type EngineTelemetry = ReturnType<typeof engineTelemetry>

/** Metrics read the engine when they are collected: evaluation itself counts nothing for them. */
export function engineTelemetry({ log, metrics }: Telemetry, engine: () => EngineState) {
  const registers: [] = []
  metrics.registerMetric(
    new Gauge({
      name: 'quaywatch_correlation_events',
      help: 'Events held in memory for correlation.',
      registers,
      collect() {
        this.set(engine().memory.held)
      },
    }),
  )
  metrics.registerMetric(
    new Gauge({
      name: 'quaywatch_correlation_events_limit',
      help: 'Events held in memory for correlation at most.',
      registers,
      collect() {
        this.set(engine().memory.limit)
      },
    }),
  )
  metrics.registerMetric(
    new Counter({
      name: 'quaywatch_correlation_events_evicted_total',
      help: 'Events that correlation forgot before their time because the limit was reached, since rules were loaded.',
      registers,
      collect() {
        this.reset()
        this.inc(engine().memory.evicted)
      },
    }),
  )
  metrics.registerMetric(
    new Counter({
      name: 'quaywatch_patterns_exhausted_total',
      help: 'Patterns given up because matching took too long, taken as not matching, since rules were loaded.',
      labelNames: ['rule'],
      registers,
      collect() {
        this.reset()
        for (const [rule, count] of engine().rules.exhausted) this.inc({ rule: String(rule) }, count)
      },
    }),
  )
  metrics.registerMetric(
    new Counter({
      name: 'quaywatch_decoder_patterns_exhausted_total',
      help: 'Patterns of decoders given up because matching took too long, taken as not matching, since rules were loaded.',
      labelNames: ['decoder'],
      registers,
      collect() {
        this.reset()
        for (const [decoder, count] of engine().decoder.exhausted ?? []) this.inc({ decoder }, count)
      },
    }),
  )
  metrics.registerMetric(
    new Counter({
      name: 'quaywatch_match_budgets_used_up_total',
      help: 'Events for which all patterns of rules together took too long: what was left did not match, since rules were loaded.',
      registers,
      collect() {
        this.reset()
        this.inc(engine().rules.eventsUsedUp)
      },
    }),
  )
  const named = new Set<number | string>()
  let isFullKnown = false
  const name = (what: 'rule' | 'decoder', exhausted: ReadonlyMap<number | string, number>): void => {
    for (const [id, count] of exhausted) {
      if (named.has(id)) continue
      named.add(id)
      log.warn(
        { [what]: id, count },
        `matching a pattern of a ${what} took too long and was given up: no match`,
      )
    }
  }
  return {
    /** Once in a while: says what is new, each thing once. */
    check(): void {
      const { memory, rules, decoder } = engine()
      name('rule', rules.exhausted)
      name('decoder', decoder.exhausted ?? new Map())
      if (isFullKnown || memory.evicted === 0) return
      isFullKnown = true
      const { evicted, limit } = memory
      log.warn({ evicted, limit }, 'correlation memory is full: the oldest events are forgotten early')
    },
  }
}
