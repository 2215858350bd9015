import {
  eventsOf,
  expectedText,
  loadVector,
  noQuirks,
  type Output,
  type Vector,
  withoutVolatile,
} from './engine-vectors.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import type { Engine } from '../../src/load-engine.ts'
import type { Quirk } from '../../src/rules/load-context.ts'

/** What differs from the observation of one vector, one sentence each; nothing when it is reproduced. */
export function differences(vector: Vector, quirks: ReadonlySet<Quirk> = noQuirks): string[] {
  const { loaded, engine } = loadVector(vector, 'logtest', quirks)
  const found = loadDifferences(
    vector,
    loaded.problems.map(({ severity, code }) => `${severity}:${code}`),
  )
  if (found.length > 0 || !engine || !vector.expected) return found
  const events = [...eventsOf(vector)]
  return [...found, ...events.flatMap((raw, index) => eventDifferences(vector, index, raw, engine))]
}

function eventDifferences(vector: Vector, index: number, raw: RawEvent, engine: Engine): string[] {
  const event = engine.decoder.decode(raw)
  const verdict = event && engine.rules.evaluate(event, engine.memory)
  const output = verdict ? withoutVolatile(verdict.logtestDocument()) : null
  const left = JSON.stringify(vector.partial && output ? partialOf(output) : output)
  const right = JSON.stringify(expectedText(vector.expected?.[index] ?? null, vector.encoding))
  const isAlert = verdict?.isAlert ?? false
  const observed = vector.alert?.[index] ?? false
  const found: string[] = []
  if (left !== right) found.push(`event ${index}: ${shownDifference(left, right)}`)
  if (isAlert !== observed) found.push(`event ${index}: alert is ${isAlert}, observed ${observed}`)
  return found
}

function loadDifferences(vector: Vector, problems: readonly string[]): string[] {
  const isLoaded = !problems.some((problem) => problem.startsWith('fatal:'))
  if (!vector.load || vector.load.ok === isLoaded) return []
  return [
    `loads: ${isLoaded}, observed ${vector.load.ok} (ours: ${problems.slice(0, 9).join(' ')}; observed: ${vector.load.problems.join(' ')})`,
  ]
}

/** Problem kinds that were observed and that we do not report at all. */
export function missingProblems(vector: Vector): string[] {
  const { loaded } = loadVector(vector, 'logtest')
  const ours = new Set(loaded.problems.map(({ code }) => code))
  const kinds = (vector.load?.problems ?? []).map((problem) => problem.replace(/^\w+:/, ''))
  return kinds.filter((kind) => !ours.has(kind)).map((kind) => `${vector.id} ${vector.note}: ${kind}`)
}

function shownDifference(left: string, right: string): string {
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  const from = Math.max(0, at - 60)
  return `…${left.slice(from, at + 140)}…\n      observed …${right.slice(from, at + 140)}…`
}

/** What `partial` vectors hold. */
function partialOf(output: Output): Output {
  const rule = output['rule']
  const shown: Record<string, unknown> = {}
  if (typeof rule === 'object' && rule !== null) {
    const entries = new Map(Object.entries(rule))
    const kept = ['level', 'id', 'frequency', 'firedtimes'].filter((key) => entries.has(key))
    shown['rule'] = Object.fromEntries(kept.map((key) => [key, entries.get(key)]))
  }
  if ('previous_output' in output) shown['previous_output'] = output['previous_output']
  return shown
}
