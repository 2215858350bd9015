import { hash } from 'node:crypto'

import { pythonJson } from '../../event/python-json.ts'
import { RawEvent } from '../../event/raw-event.ts'
import { framedPythonText, type PythonFrame, pythonText } from './python-text.ts'
import { ItemScanner, type Span, type TopLevel } from './item-scanner.ts'

/** Where the items of a body come from and what is known about it. */
export interface Origin {
  readonly cluster: string
  readonly receivedAtMs: number
}

export interface AuditEvents {
  readonly events: readonly RawEvent[]
  /** How many of `events` are dead letters. */
  readonly deadLetters: number
  /** How many were cut by the API server. */
  readonly truncated: number
  /** Smallest `stageTimestamp`, milliseconds. */
  readonly oldestStageMs: number | undefined
}

/** A body that holds no audit events at all. */
export interface NotAudit {
  readonly refused: string
}

const versions = new Set(['audit.k8s.io/v1', 'audit.k8s.io/v1beta1', 'audit.k8s.io/v1alpha1'])
const location = 'k8s'
const separator = ', '
const openBrace = 0x7b
/** Lines of the log backend start like this; items of a webhook body have neither member. */
const logged = Buffer.from('{"kind":"Event","apiVersion":"audit.k8s.io/')
/** Of a dead letter, so much is kept word for word. */
const longestDeadLetter = 1024 ** 2

type Item = Record<string, unknown>

function isObject(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(json: string): Item | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** 144 bits, enough that nobody finds two contents with one. */
function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'base64url').slice(0, 24)
}

const prefixOf = (apiVersion: string) => `"kind":"Event","apiVersion":${JSON.stringify(apiVersion)}`

/** An object of the given runs of members, the empty ones left out. */
function joined(...members: readonly string[]): string {
  return `{${members.filter((run) => run.trim() !== '').join(separator)}}`
}

class BodyReader {
  readonly events: RawEvent[] = []
  deadLetters = 0
  truncated = 0
  #oldestStage: string | undefined
  readonly #body: Buffer
  readonly #origin: Origin
  readonly #cluster: string
  /** For items that say themselves what they are. */
  readonly #loggedFrame: PythonFrame
  #frame: PythonFrame
  /** The version that `#frame` names. */
  #framed: string | undefined

  constructor(body: Buffer, origin: Origin) {
    this.#body = body
    this.#origin = origin
    this.#cluster = JSON.stringify(origin.cluster)
    const added = pythonText(Buffer.from(`"kube":{"cluster":${this.#cluster}}`))
    this.#loggedFrame = { head: '{', tail: `, ${added}}` }
    this.#frame = this.#loggedFrame
  }

  get oldestStageMs(): number | undefined {
    const parsed = this.#oldestStage === undefined ? NaN : Date.parse(this.#oldestStage)
    return Number.isNaN(parsed) ? undefined : parsed
  }

  item(span: Span, apiVersion: string): void {
    const bytes = this.#body.subarray(span.start, span.end)
    if (bytes[0] !== openBrace) return this.deadLetter(span, 'the item is no JSON object')
    const isLogged = logged.equals(bytes.subarray(0, logged.length))
    const hasOwnKube = bytes.includes('"kube"')
    const json = bytes.toString('utf8')
    const item = hasOwnKube ? this.#parseAround(json, isLogged ? undefined : apiVersion) : parse(json)
    if (item === undefined) return this.deadLetter(span, 'the item is no valid JSON')
    if (!hasOwnKube) this.#complete(item, isLogged ? undefined : apiVersion)
    const { auditID, stage } = item
    if (item['kind'] !== 'Event' || typeof auditID !== 'string' || typeof stage !== 'string')
      return this.deadLetter(span, 'the item is no audit event, or without auditID or stage')
    this.#note(item)
    const frame = isLogged ? this.#loggedFrame : this.#frameOf(apiVersion)
    // An item that has a member "kube" of its own must not speak for another cluster: in the tree ours, the later one, wins, so it does in the text.
    const text = hasOwnKube
      ? () => pythonText(Buffer.from(JSON.stringify(item)))
      : () => framedPythonText(bytes, frame)
    this.#add(`k8s:${this.#origin.cluster}:${digestOf(bytes)}`, item, text)
  }

  /** Adds what items of a webhook body lack and whom they came from; the same as if it stood around the members. */
  #complete(item: Item, apiVersion: string | undefined): void {
    if (apiVersion !== undefined) {
      if (item['kind'] === undefined) item['kind'] = 'Event'
      if (item['apiVersion'] === undefined) item['apiVersion'] = apiVersion
    }
    item['kube'] = { cluster: this.#origin.cluster }
  }

  #parseAround(json: string, apiVersion: string | undefined): Item | undefined {
    const prefix = apiVersion === undefined ? '' : prefixOf(apiVersion)
    return parse(joined(prefix, json.slice(1, -1), `"kube":{"cluster":${this.#cluster}}`))
  }

  #frameOf(apiVersion: string): PythonFrame {
    if (apiVersion !== this.#framed) {
      this.#framed = apiVersion
      const prefix = pythonText(Buffer.from(prefixOf(apiVersion)))
      this.#frame = { head: `{${prefix}, `, tail: this.#loggedFrame.tail }
    }
    return this.#frame
  }

  #note(item: Readonly<Record<string, unknown>>): void {
    const { stageTimestamp, annotations } = item
    if (typeof stageTimestamp === 'string' && !(stageTimestamp >= (this.#oldestStage ?? '~')))
      this.#oldestStage = stageTimestamp
    if (isObject(annotations) && annotations['audit.k8s.io/truncated'] === 'true') this.truncated += 1
  }

  #add(id: string, tree: unknown, text: () => string): void {
    const { receivedAtMs } = this.#origin
    this.events.push(new RawEvent({ id, source: 'kube-audit', location, receivedAtMs, text, tree }))
  }

  /** Kept, counted and visible, with its bytes word for word. */
  deadLetter(span: Span, reason: string): void {
    const bytes = this.#body.subarray(span.start, span.end)
    const kept = bytes.subarray(0, longestDeadLetter)
    const tree = {
      integration: 'quaywatch',
      quaywatch: {
        kind: 'kube-dead-letter',
        cluster: this.#origin.cluster,
        reason,
        bytes: bytes.length,
        complete: kept.length === bytes.length,
        raw_base64: kept.toString('base64'),
      },
    }
    this.deadLetters += 1
    const id = `k8s-dead:${this.#origin.cluster}:${digestOf(bytes)}`
    this.#add(id, tree, () => pythonJson(tree))
  }
}

/** Why nothing of this value can be an audit event, or `undefined`. */
function refusal({ kind, apiVersion, items, broken }: TopLevel): string | undefined {
  if (kind === undefined && items === undefined && broken) return 'the body is no JSON'
  if (kind !== undefined && kind !== 'EventList' && kind !== 'Event')
    return `kind is ${JSON.stringify(kind)}, not EventList or Event`
  if (apiVersion !== undefined && !versions.has(apiVersion))
    return `apiVersion is ${JSON.stringify(apiVersion)}, not audit.k8s.io/v1`
  return undefined
}

/**
 * The audit events of a request body or file: an `EventList`, a single `Event`, or several of these one after the other. Items that are
 * no audit events become dead letters; the others go through.
 */
export function auditEvents(body: Buffer, origin: Origin): AuditEvents | NotAudit {
  const scanner = new ItemScanner(body)
  const reader = new BodyReader(body, origin)
  let values = 0
  for (let value = scanner.next(); value !== undefined; value = scanner.next()) {
    const refused = refusal(value)
    if (refused !== undefined && values === 0) return { refused }
    values += 1
    readValue(reader, value, refused)
  }
  if (values === 0) return { refused: 'the body is empty' }
  const { events, deadLetters, truncated, oldestStageMs } = reader
  return { events, deadLetters, truncated, oldestStageMs }
}

function readValue(reader: BodyReader, value: TopLevel, refused: string | undefined): void {
  const apiVersion = value.apiVersion ?? 'audit.k8s.io/v1'
  const isList = value.kind === 'EventList' || (value.kind === undefined && value.items !== undefined)
  if (refused !== undefined) reader.deadLetter(value, refused)
  else if (isList) {
    for (const item of value.items ?? []) reader.item(item, apiVersion)
    if (value.broken) reader.deadLetter(value.broken, 'the list ends before its items do')
  } else if (value.broken) reader.deadLetter(value, 'the event is not complete')
  else reader.item(value, apiVersion)
}
