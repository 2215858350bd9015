// Rules and events that are much larger or more varied than any sensible ones: load, match and correlation stay quick.
import { RawEvent } from '../src/event/raw-event.ts'
import type { LoadedEngine } from '../src/load-engine.ts'
import { loadExample, R } from '../test/support/rule-session.ts'
import type { BenchCase } from './bench-case.ts'

/** 10,000 alternatives are as many as the 20,480 bytes of a pattern hold. */
const alternatives = Array.from({ length: 10_000 }, (_, index) => 'zxqjkvwy'[index % 8] ?? '')
const words = Array.from({ length: 2900 }, (_, index) => `k${index.toString(36).padStart(5, '0')}`)

/** An element holds 2,047 bytes; repeats are joined, the bar between them stands at the end of the one before. */
function elements(name: string, texts: readonly string[]): string {
  const joined = texts.join('|')
  const parts = joined.match(/[^]{1,2000}/g) ?? []
  return parts.map((part) => `<${name}>${part}</${name}>`).join('')
}

const lines = Array.from(
  { length: 200 },
  (_, index) => `tst: ${'abcdefghi '.repeat(8)}${index % 10 === 0 ? 'k00abc' : ''} and so on`,
)

/** Whether there is an alert. */
function evaluateWith(loaded: LoadedEngine): (text: string, atMs?: number) => boolean {
  const { decoder, rules, memory } = loaded.newSession()
  return (text, atMs = 0) => {
    const raw = new RawEvent({ id: 'b', source: 'b', location: 'b', receivedAtMs: atMs, text })
    const event = decoder.decode(raw)
    return event !== undefined && rules.evaluate(event, memory).isAlert
  }
}

function alternativesCase(element: 'match' | 'regex', name: string, texts: readonly string[]): BenchCase[] {
  const rule = R(100, 3, elements(element, texts))
  const expression = new RegExp(texts.join('|'), 'i')
  const evaluate = evaluateWith(loadExample(rule))
  return [
    {
      name: `load one rule, ${element} of ${name}`,
      unit: 'loads/s',
      baseline: 'RegExp, compiled and used once',
      run: () => {
        loadExample(rule)
        return 1
      },
      runBaseline() {
        // Another pattern each time: V8 remembers those that it compiled.
        new RegExp(`${texts.join('|')}|${Math.random()}`, 'i').test('-')
        return 1
      },
    },
    {
      name: `${element} of ${name}`,
      baseline: 'RegExp',
      run() {
        for (const line of lines) evaluate(line)
        return lines.length
      },
      runBaseline() {
        for (const line of lines) expression.test(line)
        return lines.length
      },
    },
  ]
}

const correlation =
  R(100, 3, '<decoded_as>tst</decoded_as>') +
  R(101, 10, '<if_matched_sid>100</if_matched_sid><same_source_ip/>', 'frequency="8" timeframe="60"')
const keysPerSecond = 100_000
const batch = 5000

/** A second has 100,000 events, each from another address or from one of a hundred. */
function keysCase(distinct: number): () => number {
  const evaluate = evaluateWith(loadExample(correlation))
  let sent = 0
  return () => {
    for (let index = 0; index < batch; index += 1, sent += 1) {
      const key = sent % distinct
      evaluate(
        `Dec 29 10:00:01 h tst: act 10.${key >> 16}.${(key >> 8) & 255}.${key & 255} bob`,
        sent / (keysPerSecond / 1000),
      )
    }
    return batch
  }
}

export const cases: readonly BenchCase[] = [
  ...alternativesCase('match', '10,000 alternatives', alternatives),
  ...alternativesCase('regex', '10,000 alternatives', alternatives),
  ...alternativesCase('match', '2,900 words', words),
  ...alternativesCase('regex', '2,900 words', words),
  {
    name: '100,000 new correlation keys a second',
    baseline: '100 correlation keys',
    run: keysCase(10_000_000),
    runBaseline: keysCase(100),
  },
]
