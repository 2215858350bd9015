import type { StaticName } from '../../event/decoded-event.ts'
import { fieldKeyCount, fieldKeys } from '../../event/field-key.ts'

/** Top-level keys with a static field of their own; `user` has a rule of its own (spec/decoders.md §6.9). */
export const jsonStatics: ReadonlyMap<string, StaticName | 'user'> = new Map([
  ['srcip', 'srcip'],
  ['dstip', 'dstip'],
  ['srcport', 'srcport'],
  ['dstport', 'dstport'],
  ['protocol', 'protocol'],
  ['action', 'action'],
  ['srcuser', 'srcuser'],
  ['dstuser', 'dstuser'],
  ['id', 'id'],
  ['status', 'status'],
  ['url', 'url'],
  ['data', 'data'],
  ['extra_data', 'extra_data'],
  ['systemname', 'system_name'],
  ['user', 'user'],
])

/** Bytes with ASCII upper case mapped to lower. */
export const lowerByte = new Uint8Array(256).map((_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

/** Start of every hash; `hashByte` continues one. */
export const emptyHash = 0x811c9dc5 | 0

export function hashByte(hash: number, lower: number): number {
  return Math.imul(hash ^ lower, 0x01000193)
}

export interface KnownName {
  /** Lower case. */
  readonly name: string
  readonly bytes: Uint8Array
  /** −1 when no rule asks for it. */
  readonly slot: number
  /** What it is as a top-level key in exactly this case. */
  readonly fixed: StaticName | 'user' | undefined
}

/** The names that rules ask for and static names, found by hash. Never changes; made anew when rules add names. */
export class KeyTable {
  /** Slots below were known when the table was made. */
  readonly knownSlots: number
  readonly mask: number
  readonly hashes: Int32Array
  /** Index in `names`; −1 ends a probe. */
  readonly indexes: Int32Array
  readonly names: readonly KnownName[]

  constructor() {
    const keys = fieldKeys()
    this.knownSlots = keys.length
    const known = new Set(keys.map(({ lower }) => lower))
    const statics = [...jsonStatics.keys()].filter((name) => !known.has(name))
    const wanted = [...keys, ...statics.map((lower) => ({ lower, slot: -1 }))]
    const names = wanted.map(({ lower, slot }): KnownName => {
      const name = lower
      return { name, slot, bytes: Buffer.from(name, 'latin1'), fixed: jsonStatics.get(name) }
    })
    this.names = names
    const size = 2 ** Math.ceil(Math.log2(names.length * 4))
    this.mask = size - 1
    this.hashes = new Int32Array(size)
    this.indexes = new Int32Array(size).fill(-1)
    for (const [index, { name }] of names.entries()) this.#insert(name, index)
  }

  /** Of a name in lower case; −1 when it is not known. */
  indexOf(name: string): number {
    for (let cell = hashOf(name) & this.mask; ; cell = (cell + 1) & this.mask) {
      const index = this.indexes[cell] ?? -1
      if (index < 0 || this.names[index]?.name === name) return index
    }
  }

  #insert(name: string, index: number): void {
    const hash = hashOf(name)
    let cell = hash & this.mask
    while ((this.indexes[cell] ?? -1) >= 0) cell = (cell + 1) & this.mask
    this.hashes[cell] = hash
    this.indexes[cell] = index
  }
}

function hashOf(name: string): number {
  let hash = emptyHash
  for (let at = 0; at < name.length; at += 1) hash = hashByte(hash, name.charCodeAt(at) & 0xff)
  return hash
}

let current: KeyTable | undefined

/** The table of all names known now. */
export function keyTable(): KeyTable {
  if (current === undefined || current.knownSlots !== fieldKeyCount()) current = new KeyTable()
  return current
}
