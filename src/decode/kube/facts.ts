import { type ByteString, toByteString } from '../../event/byte-string.ts'
import type { FieldKey } from '../../event/field-key.ts'
import type { FieldPart } from '../event-fields.ts'
import { type MemberName, memberName } from '../json/member-names.ts'
import { addNamed } from '../json/member-writer.ts'
import type { FactName as Name } from './fact-names.ts'

/** Longer values are cut: a fact is for rules and people, the event itself is kept whole. */
const longest = 4_096
const beyondAscii = /[^\x00-\x7f]/

interface FactName {
  readonly full: string
  readonly member: MemberName | undefined
  /** `actor` of `kube.actor.name`; empty for names without a second dot. */
  readonly group: string
}

/** Names are literals of this folder: few. */
const byShort = new Map<string, FactName>()
const byFull = new Map<string, FactName>()

function factName(name: Name): FactName {
  let found = byShort.get(name)
  if (found === undefined) {
    const full = `kube.${name}`
    const dot = name.indexOf('.')
    found = { full, member: memberName(full), group: dot < 0 ? '' : name.slice(0, dot) }
    byShort.set(name, found)
    byFull.set(full, found)
  }
  return found
}

/** `kube.…` fields found so far. */
export class Facts implements FieldPart {
  readonly #values = new Map<string, ByteString>()

  /** Empty values and `false` are not recorded: a rule asks whether a fact is there. */
  set(name: Name, value: string | number | boolean | undefined): void {
    if (value === undefined || value === false || value === '') return
    const whole = typeof value === 'string' ? value : String(value)
    const shown = whole.length > longest ? `${whole.slice(0, longest)}…` : whole
    this.#values.set(factName(name).full, beyondAscii.test(shown) ? toByteString(shown) : shown)
  }

  /** Words with a space between, each once; at most 64. */
  words(name: Name, words: Iterable<string>): void {
    this.set(name, [...new Set(words)].slice(0, 64).join(' '))
  }

  get(name: Name): ByteString | undefined {
    return this.#values.get(factName(name).full)
  }

  dynamic(key: FieldKey): ByteString | undefined {
    return this.#values.get(key.lower)
  }

  entries(): Iterable<readonly [ByteString, ByteString]> {
    return this.#values
  }

  *membersInOrder(): Iterable<readonly [ByteString, ByteString]> {
    const written = new Set<string>()
    for (const entry of this.#values) {
      const group = byFull.get(entry[0])?.group ?? ''
      if (group === '') yield entry
      else if (!written.has(group)) {
        written.add(group)
        for (const other of this.#values) if (byFull.get(other[0])?.group === group) yield other
      }
    }
  }

  /** What belongs into one object is written together, where the first of it stands, as placing one after the other gives it. */
  addMembers(): boolean {
    const written = new Set<string>()
    for (const [full, value] of this.#values) {
      const name = byFull.get(full)
      if (name === undefined) return false
      const { group } = name
      if (group === '') {
        if (!addFact(name, value)) return false
      } else if (!written.has(group)) {
        written.add(group)
        if (!this.#addGroup(group)) return false
      }
    }
    return true
  }

  #addGroup(group: string): boolean {
    for (const [full, value] of this.#values) {
      const name = byFull.get(full)
      if (name?.group === group && !addFact(name, value)) return false
    }
    return true
  }
}

function addFact({ member }: FactName, value: ByteString): boolean {
  return member !== undefined && addNamed(member, value)
}
