import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent, StaticName } from '../event/decoded-event.ts'
import { fieldKey } from '../event/field-key.ts'

const maxKeyBytes = 255
const maxKeys = 500_000
/** Of decoders of type `ids`: lines compared for likeness, and the length from which two are alike. */
const recentLines = 32
const likePrefixBytes = 14

/** Words of `<fts>` in the fixed order of the key; `user` is dstuser, and `extra_data` reads the data field. */
const fixedParts: readonly (readonly [StaticName, ReadonlySet<string>])[] = [
  ['id', new Set(['id'])],
  ['dstuser', new Set(['dstuser', 'user'])],
  ['srcuser', new Set(['srcuser'])],
  ['srcip', new Set(['srcip'])],
  ['dstip', new Set(['dstip'])],
  ['data', new Set(['data', 'extra_data'])],
  ['system_name', new Set(['system_name', 'systemname'])],
]
const knownWords = new Set(['name', 'location', ...fixedParts.flatMap(([, words]) => [...words])])

/** What has been seen before (spec/rules.md §4.8). The oldest keys go when there are more than half a million. */
export class FirstSeen {
  readonly #keys: Set<ByteString>
  readonly #recent: ByteString[] = []
  readonly #onNew: ((key: ByteString) => void) | undefined

  constructor(known: Iterable<ByteString>, onNew: ((key: ByteString) => void) | undefined) {
    this.#keys = new Set(known)
    this.#onNew = onNew
  }

  get size(): number {
    return this.#keys.size
  }

  /** Whether the event is the first of its kind; from now on it is not. */
  claim(event: DecodedEvent): boolean {
    const line = keyLine(event)
    if (line === undefined || this.#keys.has(line)) return false
    const key = event.decoder?.category === 'ids' ? this.#shorten(line) : line
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    this.#onNew?.(key)
    if (this.#keys.size > maxKeys) this.#forgetOldest()
    return true
  }

  /** Three recent lines that are alike make the fourth stand for all that follow. */
  #shorten(line: ByteString): ByteString {
    let alike = 0
    for (const recent of this.#recent) if (commonPrefix(recent, line) > likePrefixBytes) alike += 1
    const key = alike > 2 ? line.slice(0, likePrefixBytes) : line
    this.#recent.push(key)
    if (this.#recent.length > recentLines) this.#recent.shift()
    return key
  }

  #forgetOldest(): void {
    const [oldest] = this.#keys
    if (oldest !== undefined) this.#keys.delete(oldest)
  }
}

/** What the decoder of audit events wants remembered: no `<fts>` can say it, because a plugin gives its fields without an order. */
const pluginKey = fieldKey('kube.first')

function keyLine(event: DecodedEvent): ByteString | undefined {
  const { decoder, fields } = event
  const ready = fields.dynamic(pluginKey)
  if (ready !== undefined) return `kube ${ready}`.slice(0, maxKeyBytes)
  if (!decoder || decoder.fts.length === 0) return undefined
  const listed = new Set(decoder.fts)
  let line = decoder.name
  for (const [name, words] of fixedParts) {
    const isListed = [...words].some((word) => listed.has(word))
    line += ` ${(isListed ? fields.fixed(name) : undefined) ?? ''}`
  }
  line += ` ${listed.has('location') ? event.location : ''}`
  for (const word of decoder.fts) {
    const value = knownWords.has(word) ? undefined : fields.dynamic(fieldKey(word))
    if (value !== undefined) line += ` ${value}`
  }
  return line.slice(0, maxKeyBytes)
}

function commonPrefix(left: string, right: string): number {
  let length = 0
  while (length < left.length && left.charCodeAt(length) === right.charCodeAt(length)) length += 1
  return length
}
