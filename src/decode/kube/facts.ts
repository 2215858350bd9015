import { type ByteString, toByteString } from '../../event/byte-string.ts'
import { type FieldKey, fieldKey } from '../../event/field-key.ts'
import type { FieldPart } from '../event-fields.ts'
import { addField } from '../json/layout-writer.ts'
import { type FactName as Name, factNames } from './fact-names.ts'

/** Longer values are cut: a fact is for rules and people, the event itself is kept whole. */
const longest = 4_096
const beyondAscii = /[^\x00-\x7f]/

interface FactName {
  readonly name: ByteString
  readonly slot: number
  /** A bit for `actor` of `kube.actor.name`; 0 for names without a second dot. */
  readonly group: number
}

/** Prepared once: an event has a dozen facts. */
const known: ReadonlyMap<Name, FactName> = new Map(factNames.map((name) => [name, prepared(name)]))

function prepared(short: Name): FactName {
  const name = `kube.${short}`
  const groups = [...new Set(factNames.map(groupOf))].filter((group) => group !== '')
  const index = groups.indexOf(groupOf(short))
  if (groups.length > 31) throw new RangeError('facts: more groups than a number has bits')
  return { name, slot: fieldKey(name).slot, group: index < 0 ? 0 : 1 << index }
}

function groupOf(name: Name): string {
  const dot = name.indexOf('.')
  return dot < 0 ? '' : name.slice(0, dot)
}

/** `kube.…` fields found so far. */
export class Facts implements FieldPart {
  readonly #names: FactName[] = []
  readonly #values: ByteString[] = []

  /** Empty values and `false` are not recorded: a rule asks whether a fact is there. */
  set(name: Name, value: string | number | boolean | undefined): void {
    const fact = known.get(name)
    if (fact === undefined || value === undefined || value === false || value === '') return
    const whole = typeof value === 'string' ? value : String(value)
    const shown = whole.length > longest ? `${whole.slice(0, longest)}…` : whole
    const before = this.#names.indexOf(fact)
    const at = before < 0 ? this.#names.push(fact) - 1 : before
    this.#values[at] = beyondAscii.test(shown) ? toByteString(shown) : shown
  }

  /** Words with a space between, each once; at most 64. */
  words(name: Name, words: Iterable<string>): void {
    this.set(name, [...new Set(words)].slice(0, 64).join(' '))
  }

  get(name: Name): ByteString | undefined {
    const fact = known.get(name)
    return fact && this.#values[this.#names.indexOf(fact)]
  }

  dynamic({ slot }: FieldKey): ByteString | undefined {
    const names = this.#names
    for (let at = 0; at < names.length; at += 1) if (names[at]?.slot === slot) return this.#values[at]
    return undefined
  }

  entries(): Iterable<readonly [ByteString, ByteString]> {
    return this.#names.map(({ name }, at) => [name, this.#values[at] ?? ''] as const)
  }

  /** What belongs into one object together, where the first of it stands, as placing one after the other gives it. */
  membersInOrder(): Iterable<readonly [ByteString, ByteString]> {
    const found: (readonly [ByteString, ByteString])[] = []
    this.#inOrder(({ name }, value) => found.push([name, value]) > 0)
    return found
  }

  addData(): number {
    return this.#inOrder(addField) ? 0 : -1
  }

  /** Up to the first that is not taken: whether all were. */
  #inOrder(take: (fact: FactName, value: ByteString) => boolean): boolean {
    const names = this.#names
    const values = this.#values
    let taken = 0
    for (let at = 0; at < names.length; at += 1) {
      const fact = names[at]
      if (fact === undefined || (fact.group & taken) !== 0) continue
      if (!take(fact, values[at] ?? '')) return false
      if (fact.group === 0) continue
      taken |= fact.group
      for (let next = at + 1; next < names.length; next += 1) {
        const other = names[next]
        if (other?.group === fact.group && !take(other, values[next] ?? '')) return false
      }
    }
    return true
  }
}
