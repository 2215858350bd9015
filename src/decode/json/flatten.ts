import type { ByteString } from '../../event/byte-string.ts'
import type { StaticName } from '../../event/decoded-event.ts'
import type { JsonOptions } from '../plugin.ts'
import { csvText, printJson, scalarText } from './array-text.ts'
import { type JsonValue, readJson } from './json-reader.ts'
import { jsonStatics } from './key-table.ts'

export interface Flattened {
  readonly fixed: readonly (readonly [name: StaticName, value: ByteString])[]
  readonly dynamic: readonly (readonly [name: ByteString, value: ByteString])[]
}

/**
 * All names of one event together. A long path repeated for each of very many values would otherwise make gigabytes out of a
 * megabyte; fields beyond it are left out.
 */
const nameBytes = 16 * 1024 * 1024

/**
 * Every field of the JSON object at `start`, in document order (spec/decoders.md §6.9).
 * @param dstuser the value that the static field has already
 */
export function flattenJson(
  text: ByteString,
  start: number,
  options: JsonOptions,
  dstuser: ByteString,
): Flattened {
  const walk = new Walk(options, dstuser)
  const value = readJson(text, start)
  if (value !== undefined) walk.object(value, '')
  return walk
}

class Walk implements Flattened {
  readonly fixed: [StaticName, ByteString][] = []
  readonly dynamic: [ByteString, ByteString][] = []
  readonly #options: JsonOptions
  #dstuser: ByteString
  #nameBytes = 0

  constructor(options: JsonOptions, dstuser: ByteString) {
    this.#options = options
    this.#dstuser = dstuser
  }

  object(value: JsonValue, prefix: ByteString): void {
    if (value.kind !== 'object') return
    for (const [key, member] of value.members) {
      const name = prefix + key
      if (member.kind === 'object') this.object(member, `${name}.`)
      else {
        const text = this.#text(member)
        if (text !== undefined) this.#add(name, text, prefix === '')
      }
    }
  }

  #text(value: JsonValue): ByteString | undefined {
    if (value.kind === 'word' && value.word === 'null' && this.#options.nulls === 'discard') return undefined
    if (value.kind !== 'array') return scalarText(value)
    return this.#options.arrays === 'csv' ? csvText(value.items) : printJson(value)
  }

  #add(name: ByteString, value: ByteString, isTopLevel: boolean): void {
    const known = isTopLevel ? jsonStatics.get(name) : undefined
    const fixed = known === 'user' ? (this.#dstuser === '' ? 'dstuser' : undefined) : known
    if (fixed !== undefined) {
      if (fixed === 'dstuser') this.#dstuser = value
      this.fixed.push([fixed, value])
      return
    }
    this.#nameBytes += name.length
    if (this.#nameBytes <= nameBytes) this.dynamic.push([name, value])
  }
}
