import type { ByteString } from '../event/byte-string.ts'
import type { StaticName } from '../event/decoded-event.ts'
import type { EventFields } from './event-fields.ts'

const carried: readonly StaticName[] = ['dstuser', 'srcuser', 'dstip', 'srcip', 'dstport', 'srcport', 'data']
const longestValue = 80
const lifetimeMs = 120_000

interface Held {
  atMs: number
  readonly values: Map<StaticName, ByteString>
}

/** Carries values from one line of a transaction to the next by hostname, decoder and id (spec/decoders.md §6.10). */
export class Accumulator {
  readonly #held = new Map<string, Held>()
  readonly #limit: number

  /** @param limit transactions held; the ones idle longest are forgotten first */
  constructor(limit = 20_000) {
    this.#limit = limit
  }

  get size(): number {
    return this.#held.size
  }

  apply(fields: EventFields, hostname: ByteString, decoder: ByteString, nowMs: number): void {
    const id = fields.fixed('id')
    if (id === undefined || id === '') return
    const key = `${hostname} ${decoder} ${id}`
    const values = this.#valuesOf(key, nowMs)
    for (const name of carried) {
      const own = fields.fixed(name) ?? ''
      const before = values.get(name)
      if (own === '' && before !== undefined) fields.set(name, before)
      else if (own !== '' && before === undefined && own.length <= longestValue) values.set(name, own)
    }
    this.#held.set(key, { atMs: nowMs, values })
    this.#forget(nowMs)
  }

  /** Taken out: the entry goes back as the youngest. */
  #valuesOf(key: string, nowMs: number): Map<StaticName, ByteString> {
    const held = this.#held.get(key)
    this.#held.delete(key)
    return held === undefined || nowMs - held.atMs > lifetimeMs ? new Map() : held.values
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#held) {
      if (this.#held.size <= this.#limit && nowMs - atMs <= lifetimeMs) return
      this.#held.delete(key)
    }
  }
}
