import type { ByteString } from '../event/byte-string.ts'

const maxContents = 10_000
const maxContentBytes = 65_536

/** The last content per host and rule, for `check_diff` (spec/rules.md §4.9). The least recently changed go first. */
export class DiffStore {
  readonly #contents = new Map<string, ByteString>()

  /** The content that this one replaces; `undefined` when it is the first, equal, or too long. */
  replace(host: ByteString, ruleId: number, content: ByteString): ByteString | undefined {
    if (content.length >= maxContentBytes) return undefined
    const key = `${ruleId}\0${host}`
    const before = this.#contents.get(key)
    if (before === content) return undefined
    this.#contents.delete(key)
    this.#contents.set(key, content)
    if (this.#contents.size > maxContents) {
      const [oldest] = this.#contents.keys()
      if (oldest !== undefined) this.#contents.delete(oldest)
    }
    return before
  }
}
