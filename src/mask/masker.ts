import type { Alert } from '../event/alert.ts'
import { fromByteString, toByteString } from '../event/byte-string.ts'
import { type DecodedEvent, type Fields, type StaticName, staticNames } from '../event/decoded-event.ts'
import { type FieldKey, fieldKey } from '../event/field-key.ts'
import { RawEvent } from '../event/raw-event.ts'
import type { Entry } from '../store/store.ts'
import { marker, maskJson } from './json-mask.ts'
import { mayHoldSecret } from './may-hold-secret.ts'
import { type SecretPattern, secretPatterns } from './secret-patterns.ts'

export interface MaskOptions {
  /** The built-in list. */
  readonly defaults: boolean
  /** Patterns of the user, global. */
  readonly patterns: readonly RegExp[]
  /** Fields whose values are masked wherever they stand in the event. */
  readonly fields: readonly string[]
}

export interface MaskEvents {
  /** Values masked in one event, by pattern. */
  masked(source: string, counts: ReadonlyMap<string, number>): void
}

/** JSON in a text in JSON in a text: an annotation holds an object, the event is the text of a log line. */
const deepestText = 4
/** A shorter value of a field stands everywhere. */
const shortestValue = 3

/**
 * Replaces secrets before anything is stored. Rules have seen the event as it was; ids are made of it as it was. The same event always gives the same
 * result, and what is masked stays masked when it comes by again.
 */
export class Masker {
  readonly #options: MaskOptions
  readonly #events: MaskEvents
  readonly #patterns: readonly SecretPattern[]
  readonly #fields: readonly FieldKey[]
  readonly #fixed: readonly StaticName[]
  /** Values of named fields of the event at hand. */
  #values: readonly string[] = []
  #counts = new Map<string, number>()

  constructor(options: MaskOptions, events: MaskEvents) {
    this.#options = options
    this.#events = events
    const own = options.patterns.map((pattern) => ({ name: 'own', pattern }))
    this.#patterns = [...(options.defaults ? secretPatterns : []), ...own]
    this.#fixed = staticNames.filter((name) => options.fields.includes(name))
    this.#fields = options.fields.map(fieldKey)
  }

  /** The entry itself when there is nothing to mask. */
  mask(entry: Entry): Entry {
    this.#values = this.#valuesIn(entry.event.fields)
    if (!this.#isWorthALook(entry)) return entry
    this.#counts = new Map()
    const document = this.maskText(entry.document)
    const text = this.maskText(fromByteString(entry.event.raw.text))
    if (this.#counts.size === 0) return entry
    this.#events.masked(entry.event.raw.source, new Map(this.#counts))
    return this.#masked(entry, document, text)
  }

  /** What is left of a text. */
  maskText(text: string, depth = 0): string {
    if (!this.#mayHold(text)) return text
    if (depth > deepestText) return this.#maskPlain(text)
    const first = /\S/.exec(text)?.[0]
    if (first === '{' || first === '[') {
      const masked = maskJson(text, depth, {
        knowsNames: this.#options.defaults,
        maskText: (leaf, below) => this.maskText(leaf, below),
        counted: (name) => this.#count(name),
      })
      if (masked !== undefined) return masked
      // Several documents, one a line, as in the output of earlier events.
      if (text.includes('\n'))
        return text
          .split('\n')
          .map((line) => this.maskText(line, depth + 1))
          .join('\n')
    }
    return this.#maskPlain(text)
  }

  #isWorthALook({ document, event: { raw } }: Entry): boolean {
    if (this.#values.length > 0) return true
    // The document holds nothing that does not come from the text, but for facts of the source and texts of earlier events.
    const isAll = raw.facts === undefined && !document.includes('"previous_')
    return this.#mayHold(isAll ? raw.text : document)
  }

  #mayHold(text: string): boolean {
    if (this.#values.some((value) => text.includes(value) || text.includes(inJson(value)))) return true
    if (this.#options.patterns.some((pattern) => text.search(pattern) >= 0)) return true
    return this.#options.defaults && mayHoldSecret(text)
  }

  #valuesIn(fields: Fields): readonly string[] {
    if (this.#fields.length === 0) return []
    const found = [
      ...this.#fields.map((key) => fields.dynamic(key)),
      ...this.#fixed.map((name) => fields.fixed(name)),
    ]
    return found.flatMap((value) =>
      value === undefined || value.length < shortestValue ? [] : [fromByteString(value)],
    )
  }

  #maskPlain(text: string): string {
    let masked = text
    for (const value of this.#values) {
      const parts = masked.split(value)
      for (let count = 1; count < parts.length; count++) this.#count('field')
      masked = parts.join(marker)
    }
    for (const { name, pattern } of this.#patterns)
      masked = masked.replace(pattern, (whole: string, group: unknown) => {
        const secret = typeof group === 'string' ? group : whole
        if (secret.includes(marker)) return whole
        this.#count(name)
        const at = whole.lastIndexOf(secret)
        return whole.slice(0, at) + quotedAs(secret) + whole.slice(at + secret.length)
      })
    return masked
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  #masked({ event, agentName, rule, alert }: Entry, document: string, text: string): Entry {
    const { id, source, location, receivedAtMs } = event.raw
    const raw = new RawEvent({ id, source, location, receivedAtMs, text: toByteString(text) })
    const { agent, hostname, decoder } = event
    const { timestamp, hostname: headerHost, programName } = event.header
    const shown: DecodedEvent = {
      raw,
      log: toByteString(this.maskText(fromByteString(event.log))),
      header: { timestamp, hostname: headerHost, programName },
      agent,
      hostname,
      location: event.location,
      decoder,
      fields: this.#maskedFields(event.fields),
    }
    const view = rule && { ...rule, description: this.maskText(rule.description) }
    const kept: Alert | undefined = alert &&
      view && { id: alert.id, event: shown, rule: view, document: this.maskText(alert.document) }
    return {
      event: shown,
      document,
      agentName: agentName && this.maskText(agentName),
      rule: view,
      alert: kept,
    }
  }

  /** For the columns of a store; the document is made already. */
  #maskedFields(fields: Fields): Fields {
    const mask = (value: string | undefined) =>
      value === undefined ? undefined : toByteString(this.maskText(fromByteString(value)))
    return {
      fixed: (name) => mask(fields.fixed(name)),
      dynamic: (key) => mask(fields.dynamic(key)),
      entries: () => [...fields.entries()].map(([name, value]) => [name, mask(value) ?? ''] as const),
    }
  }
}

function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

/** Quotes around a value stay. */
function quotedAs(secret: string): string {
  const quote = secret[0]
  return (quote === '"' || quote === "'") && secret.endsWith(quote) && secret.length > 1
    ? `${quote}${marker}${quote}`
    : marker
}
