import type { ByteString } from '../../event/byte-string.ts'
import type { FieldKey } from '../../event/field-key.ts'
import { lowerAscii } from '../../event/field-key.ts'
import type { FieldPart } from '../event-fields.ts'
import { layout } from './layout.ts'
import { addLayout } from './layout-writer.ts'
import { addObject } from './member-writer.ts'
import { valueAt } from './value-at.ts'

type Entry = readonly [name: ByteString, value: ByteString]

/** A JSON object that was scanned. */
export interface JsonSource {
  readonly text: ByteString
  readonly start: number
  readonly discardsNulls: boolean
  /** No limit cut its fields off. */
  readonly isWhole: boolean
  /** Reads the text again, so that the layout is known; false: it cannot be. */
  find(): boolean
  /** The slow way to all fields. */
  flatten(): readonly Entry[]
}

/** The dynamic fields of one JSON text. Values are made when asked for, the whole list when a document is built. */
export class JsonPart implements FieldPart {
  /** Slot, start, end of the known names, in document order; the value in the place of its start once it is made. */
  readonly #hits: (number | ByteString)[]
  readonly #knownSlots: number
  readonly #source: JsonSource
  #entries: readonly Entry[] | undefined = undefined

  /** @param knownSlots slots from this on were not known to the scan that made the hits */
  constructor(source: JsonSource, hits: (number | ByteString)[], knownSlots: number) {
    this.#source = source
    this.#hits = hits
    this.#knownSlots = knownSlots
  }

  get jsonText(): ByteString {
    return this.#source.text
  }

  dynamic(key: FieldKey): ByteString | undefined {
    const hits = this.#hits
    const { slot } = key
    for (let at = 0; at < hits.length; at += 3) if (hits[at] === slot) return this.#value(at)
    return slot < this.#knownSlots ? undefined : this.#search(key)
  }

  #value(at: number): ByteString {
    const start = this.#hits[at + 1]
    if (typeof start === 'string') return start
    const value = valueAt(this.#source.text, start ?? 0, Number(this.#hits[at + 2]))
    this.#hits[at + 1] = value
    return value
  }

  /** For names that no rule knew when the event was decoded. */
  #search(key: FieldKey): ByteString | undefined {
    return this.entries().find(([name]) => lowerAscii(name) === key.lower)?.[1]
  }

  entries(): readonly Entry[] {
    this.#entries ??= this.#source.flatten()
    return this.#entries
  }

  addData(message: ByteString, at: number): number {
    const { isWhole, text, start, discardsNulls } = this.#source
    if (!isWhole) return -1
    const isLatest = layout.text === text && layout.start === start && layout.discardsNulls === discardsNulls
    if (!isLatest && !this.#source.find()) return -1
    return addLayout(text === message ? at : -1)
  }

  addMembers(): boolean {
    const { isWhole, start, discardsNulls } = this.#source
    return isWhole && addObject(start, discardsNulls)
  }
}
