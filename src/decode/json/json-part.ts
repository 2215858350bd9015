import type { ByteString } from '../../event/byte-string.ts'
import type { FieldKey } from '../../event/field-key.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { FieldPart } from '../event-fields.ts'
import { printJson } from './array-text.ts'
import { readJson, unescapeJson } from './json-reader.ts'
import { fieldNumber } from './number-text.ts'

type Entry = readonly [name: ByteString, value: ByteString]

const quote = 0x22
const openBracket = 0x5b
const lettersFrom = 0x61

/** The field value of the JSON value that stands at `start` to `end`; it was checked before. */
export function valueAt(text: ByteString, start: number, end: number): ByteString {
  const first = text.charCodeAt(start)
  if (first === quote) {
    const content = text.slice(start + 1, end - 1)
    return content.includes('\\') ? (unescapeJson(content) ?? '') : content
  }
  if (first === openBracket) {
    const value = readJson(text, start)
    return value === undefined ? '' : printJson(value)
  }
  const written = text.slice(start, end)
  if (first >= lettersFrom || /^[1-9]\d{0,8}$/.test(written)) return written
  return fieldNumber(Number(written))
}

/** The dynamic fields of one JSON text. Values are made when asked for, the whole list when a document is built. */
export class JsonPart implements FieldPart {
  readonly #text: ByteString
  /** Slot, start, end of the known names, in document order. */
  readonly #hits: readonly number[]
  readonly #knownSlots: number
  readonly #flatten: () => readonly Entry[]
  #values: (ByteString | undefined)[] | undefined = undefined
  #entries: readonly Entry[] | undefined = undefined

  /** @param knownSlots slots from this on were not known to the scan that made the hits */
  constructor(
    text: ByteString,
    hits: readonly number[],
    knownSlots: number,
    flatten: () => readonly Entry[],
  ) {
    this.#text = text
    this.#hits = hits
    this.#knownSlots = knownSlots
    this.#flatten = flatten
  }

  dynamic(key: FieldKey): ByteString | undefined {
    const hits = this.#hits
    const { slot } = key
    for (let at = 0; at < hits.length; at += 3) if (hits[at] === slot) return this.#value(at)
    return slot < this.#knownSlots ? undefined : this.#search(key)
  }

  #value(at: number): ByteString {
    this.#values ??= []
    const known = this.#values[at / 3]
    if (known !== undefined) return known
    const value = valueAt(this.#text, this.#hits[at + 1] ?? 0, this.#hits[at + 2] ?? 0)
    this.#values[at / 3] = value
    return value
  }

  /** For names that no rule knew when the event was decoded. */
  #search(key: FieldKey): ByteString | undefined {
    return this.entries().find(([name]) => lowerAscii(name) === key.lower)?.[1]
  }

  entries(): readonly Entry[] {
    this.#entries ??= this.#flatten()
    return this.#entries
  }
}
