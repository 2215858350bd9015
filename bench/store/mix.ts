// Events for the bench: recorded ones, analysed once by the real engine, made new by giving ids and times other values. Seeded.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { fromByteString, toByteString } from '../../src/event/byte-string.ts'
import type { DecodedEvent, Fields } from '../../src/event/decoded-event.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { analyse, type Engine } from '../../src/pipeline/analyse.ts'
import type { Entry } from '../../src/store/store.ts'
import { packageRoot } from '../../src/version.ts'

export const startMs = 1_795_000_000_000
/** All events lie in this much time, newest last: a day is a seventh of them. */
export const spanMs = 7 * 86_400_000

/** Recordings of Docker 20.10 and 29 and of Kubernetes 1.32 and later that come with the project. */
const recordings = [
  { file: 'test/data/dashboard/docker-events.jsonl', source: 'docker-listener', location: 'Wazuh-Docker' },
  { file: 'examples/demo/docker.jsonl', source: 'docker-listener', location: 'Wazuh-Docker' },
  { file: 'test/data/kube-audit/events.jsonl', source: 'kube-audit', location: 'k8s' },
  { file: 'examples/demo/kube-audit.jsonl', source: 'kube-audit', location: 'k8s' },
] as const

/** Container and image ids, audit ids, times in seconds and nanoseconds, ISO times: what differs from one event to the next. */
const tokenPattern =
  /\b[0-9a-f]{64}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b1[78]\d{8}(?:\d{9})?\b|\b1[78]\d{8}\.\d+\b|\b2026-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?/g

type Parts = readonly (string | number)[]

interface Template {
  readonly entry: Entry
  readonly tokens: readonly string[]
  readonly text: Parts
  readonly document: Parts
  readonly shortDocument: Parts | undefined
}

/** Numbers from 0 to below 2^32, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return (value ^ (value >>> 14)) >>> 0
  }
}

export function loadBenchEngine(): Engine {
  const { problems, engine } = loadEngine({ home: '/nonexistent', hostName: 'manager' })
  const fatal = problems.find(({ severity }) => severity === 'fatal')
  if (fatal) throw new Error(fatal.message)
  return engine
}

export class Mix {
  readonly #templates: readonly Template[]
  readonly #count: number
  readonly #pool: readonly string[]

  /** `count`: how many events the whole time holds. */
  constructor(count: number) {
    this.#count = count
    this.#templates = templates()
    const random = seeded(7)
    // Some thousand containers, as a cluster has.
    this.#pool = Array.from({ length: 4096 }, () => hex(random, 64))
  }

  /** Event number `index`, always the same. */
  entry(index: number): Entry {
    const { template, values, receivedAtMs } = this.#draw(index)
    const document = filled(template.document, values)
    const { event, alert } = template.entry
    const raw = new RawEvent({
      id: `bench/${index}`,
      source: event.raw.source,
      location: event.raw.location,
      receivedAtMs,
      text: filled(template.text, values),
    })
    const decoded: DecodedEvent = { ...event, raw, fields: renewed(event.fields, template, values) }
    return {
      ...template.entry,
      event: decoded,
      document,
      ...(template.shortDocument && { shortDocument: filled(template.shortDocument, values) }),
      alert: alert && { ...alert, id: `${receivedAtMs / 1000}.${index}`, event: decoded, document },
    }
  }

  /** The same event before anybody looked at it. */
  raw(index: number): RawEvent {
    const { template, values, receivedAtMs } = this.#draw(index)
    const { source, location } = template.entry.event.raw
    return new RawEvent({
      id: `bench/${index}`,
      source,
      location,
      receivedAtMs,
      text: filled(template.text, values),
    })
  }

  #draw(index: number) {
    const random = seeded(index)
    const template = this.#templates[random() % this.#templates.length]
    if (!template) throw new Error('there are no recordings')
    const receivedAtMs = startMs + Math.floor((index / this.#count) * spanMs)
    const values = template.tokens.map((token) => this.#renew(token, receivedAtMs, random))
    return { template, values, receivedAtMs }
  }

  #renew(token: string, atMs: number, random: () => number): string {
    if (token.length === 64) return this.#pool[random() % this.#pool.length] ?? ''
    if (token.length === 36)
      return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-9${hex(random, 3)}-${hex(random, 12)}`
    if (token.includes('T')) return new Date(atMs).toISOString().slice(0, 19) + token.slice(19)
    const seconds = String(Math.floor(atMs / 1000))
    if (token.includes('.')) return `${seconds}.${random() % 1_000_000}`
    return token.length === 10 ? seconds : seconds + String(random()).padStart(10, '0').slice(-9)
  }
}

function hex(random: () => number, length: number): string {
  let text = ''
  while (text.length < length) text += random().toString(16).padStart(8, '0')
  return text.slice(0, length)
}

function templates(): readonly Template[] {
  const engine = loadBenchEngine()
  return recordings.flatMap(({ file, source, location }) => {
    const full = path.join(packageRoot, file)
    if (!existsSync(full)) throw new Error(`${full} is missing`)
    const lines = readFileSync(full, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const events = lines.map(
      (line, index) =>
        new RawEvent({
          id: `${file}/${index}`,
          source,
          location,
          receivedAtMs: startMs + index,
          text: toByteString(line),
        }),
    )
    return analyse(engine, events, () => undefined).map(templateOf)
  })
}

function templateOf(entry: Entry): Template {
  const { text } = entry.event.raw
  const tokens = [
    ...new Set([...text.matchAll(tokenPattern), ...entry.document.matchAll(tokenPattern)].flat()),
  ]
  const { document, shortDocument } = entry
  return {
    entry,
    tokens,
    text: partsOf(text, tokens),
    document: partsOf(document, tokens),
    shortDocument: shortDocument === undefined ? undefined : partsOf(shortDocument, tokens),
  }
}

/** The text in pieces; a number stands for the token of that place. */
function partsOf(text: string, tokens: readonly string[]): Parts {
  const parts: (string | number)[] = []
  let from = 0
  for (const match of text.matchAll(tokenPattern)) {
    parts.push(text.slice(from, match.index), tokens.indexOf(match[0]))
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return parts
}

function filled(parts: Parts, values: readonly string[]): string {
  let text = ''
  for (const part of parts) text += typeof part === 'string' ? part : (values[part] ?? '')
  return text
}

function renewed(fields: Fields, template: Template, values: readonly string[]): Fields {
  const renew = (text: string | undefined) =>
    text === undefined || text.length < 10 ? text : filled(partsOf(text, template.tokens), values)
  return {
    fixed: (name) => fields.fixed(name),
    dynamic: (key) => renew(fields.dynamic(key)),
    entries: () => fields.entries(),
  }
}

/** Bytes of the message and of the document of one event. */
export function sizesOf({ event, document }: Entry): { readonly text: number; readonly document: number } {
  return { text: event.raw.text.length, document: Buffer.byteLength(fromByteString(toByteString(document))) }
}
