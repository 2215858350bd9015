import type { ByteString } from '../event/byte-string.ts'
import type { Fields, StaticName } from '../event/decoded-event.ts'
import { staticNames } from '../event/decoded-event.ts'
import { type FieldKey, lowerAscii } from '../event/field-key.ts'
import { written } from '../event/document-bytes.ts'
import { jsonText, valueText } from '../event/json-text.ts'
import { addText, beginData, endData } from './json/layout-writer.ts'
import { addMember, beginMembers, endMembers } from './json/member-writer.ts'

const statics: ReadonlySet<string> = new Set(staticNames)

/** A run of dynamic fields in document order; may find its values only when they are asked for. */
export interface FieldPart {
  /** The first field of this part with the key. */
  dynamic(key: FieldKey): ByteString | undefined
  entries(): Iterable<readonly [name: ByteString, value: ByteString]>
  /** The JSON text that the fields are in, if they are in one. */
  readonly jsonText?: ByteString
  /** Adds the fields to the members being written (see `beginMembers`); false: only the entries tell. */
  addMembers?(): boolean
  /**
   * Adds the fields to the `data` being written (see `beginData`), and its JSON text at `at` when it is the message: the end of that; 0 without it;
   * negative: only the entries tell.
   */
  addData?(message: ByteString, at: number): number
  /** The entries as `data` shows them: what belongs into one object together. */
  membersInOrder?(): Iterable<readonly [name: ByteString, value: ByteString]>
}

/** Dynamic fields that were found one at a time. */
class FieldList implements FieldPart {
  readonly #entries: (readonly [ByteString, ByteString])[] = []

  add(name: ByteString, value: ByteString): void {
    this.#entries.push([name, value])
  }

  dynamic(key: FieldKey): ByteString | undefined {
    for (const [name, value] of this.#entries) {
      if (name === key.name || (name.length === key.lower.length && lowerAscii(name) === key.lower))
        return value
    }
    return undefined
  }

  entries(): readonly (readonly [ByteString, ByteString])[] {
    return this.#entries
  }
}

/** The fields of one event while it is decoded and after. */
export class EventFields implements Fields {
  #fixed: Partial<Record<StaticName, ByteString>> | undefined = undefined
  #parts: FieldPart[] = []
  #list: FieldList | undefined = undefined
  #room: number

  /** At most `limit` dynamic fields (spec/decoders.md §6.6). */
  constructor(limit = Infinity) {
    this.#room = limit
  }

  /** How many dynamic fields may still be added. */
  get room(): number {
    return this.#room
  }

  fixed(name: StaticName): ByteString | undefined {
    return this.#fixed === undefined ? undefined : this.#fixed[name]
  }

  dynamic(key: FieldKey): ByteString | undefined {
    for (const part of this.#parts) {
      const value = part.dynamic(key)
      if (value !== undefined) return value
    }
    return undefined
  }

  *entries(): Iterable<readonly [ByteString, ByteString]> {
    for (const part of this.#parts) yield* part.entries()
  }

  membersText(): ByteString | undefined {
    const json = this.#parts.find(({ jsonText }) => jsonText !== undefined)
    if (json?.jsonText === undefined || !beginMembers(json.jsonText)) return undefined
    for (const part of this.#parts) if (!addPart(part)) return undefined
    return endMembers()
  }

  writeData(message: ByteString, at: number): boolean {
    if (!beginData() || !this.#addStatics()) return false
    let messageEnd = 0
    for (const part of this.#parts) {
      const end = part.addData === undefined ? addEntries(part) : part.addData(message, at)
      if (end < 0) return false
      if (end > 0) messageEnd = end
    }
    written.messageEnd = messageEnd
    written.membersEnd = endData()
    return true
  }

  #addStatics(): boolean {
    const fixed = this.#fixed
    if (fixed === undefined) return true
    for (const name of staticNames) {
      const value = fixed[name]
      if (value !== undefined && !addText(name, jsonText(value))) return false
    }
    return true
  }

  /** The last write wins. */
  set(name: StaticName, value: ByteString): void {
    this.#fixed ??= {}
    this.#fixed[name] = value
  }

  /** False, and nothing added, when the limit is reached. */
  add(name: ByteString, value: ByteString): boolean {
    if (this.#room < 1) return false
    this.#room -= 1
    if (this.#list === undefined) {
      this.#list = new FieldList()
      this.#parts.push(this.#list)
    }
    this.#list.add(name, value)
    return true
  }

  /** Adds `count` fields at once, at most `room`. Fields added later come after them. */
  addPart(part: FieldPart, count: number): void {
    this.#room -= count
    this.#parts.push(part)
    this.#list = undefined
  }
}

function addPart(part: FieldPart): boolean {
  if (part.addMembers !== undefined) return part.addMembers()
  for (const [name, value] of part.membersInOrder?.() ?? part.entries()) {
    if (isStaticName(name) || !addMember(name, value)) return false
  }
  return true
}

/** 0, or −1 when only the slow way can tell. */
function addEntries(part: FieldPart): number {
  for (const [name, value] of part.membersInOrder?.() ?? part.entries())
    if (value !== '' && !addText(name, valueText(value))) return -1
  return 0
}

/** Fields that would meet a static one in the document are placed one by one. */
function isStaticName(name: ByteString): boolean {
  const dot = name.indexOf('.')
  return statics.has(lowerAscii(dot === -1 ? name : name.slice(0, dot)))
}
