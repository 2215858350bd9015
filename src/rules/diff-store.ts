import type { ByteString } from '../event/byte-string.ts'

const maxContents = 10_000
const maxContentBytes = 65_536

/** What a rule saw last of a host. */
export interface DiffContent {
  readonly ruleId: number
  readonly host: ByteString
  readonly text: ByteString
}

/** The last content per host and rule, for `check_diff` (spec/rules.md §4.9). The least recently changed go first. */
export class DiffStore {
  readonly #contents = new Map<string, ByteString>()
  readonly #onNew: ((content: DiffContent) => void) | undefined

  /** `known`: contents of earlier runs, the latest last. `onNew` is called for every content that is new or replaces another. */
  constructor(known: Iterable<DiffContent> = [], onNew?: (content: DiffContent) => void) {
    for (const { host, ruleId, text } of known) this.#keep(keyOf(host, ruleId), text)
    this.#onNew = onNew
  }

  /** The content that this one replaces; `undefined` when it is the first, equal, or too long. */
  replace(host: ByteString, ruleId: number, content: ByteString): ByteString | undefined {
    if (content.length >= maxContentBytes) return undefined
    const key = keyOf(host, ruleId)
    const before = this.#contents.get(key)
    if (before === content) return undefined
    this.#keep(key, content)
    this.#onNew?.({ ruleId, host, text: content })
    return before
  }

  #keep(key: string, content: ByteString): void {
    this.#contents.delete(key)
    this.#contents.set(key, content)
    if (this.#contents.size <= maxContents) return
    const [oldest] = this.#contents.keys()
    if (oldest !== undefined) this.#contents.delete(oldest)
  }
}

function keyOf(host: ByteString, ruleId: number): string {
  return `${ruleId}\0${host}`
}
