/** Larger automata are not built. */
const mostCells = 262_144

/**
 * Which of many lists of texts occur in a subject, found in one pass over it (Aho and Corasick, 1975). Texts are in lower case and not
 * empty. Lists are bits of the answer: list n is bit n % 32 of word n / 32.
 */
export class LiteralIndex {
  /** Words of an answer. */
  readonly words: number
  /** Column of each byte; 0 for bytes that occur in no text. */
  readonly #columns: Uint8Array
  readonly #width: number
  /** Next state by `state + column`; a state is the index of its first cell. */
  readonly #next: Int32Array
  /** By state / width: 1 when a text ends there; and the lists whose texts do. */
  readonly #isEnd: Uint8Array
  readonly #ends: Int32Array

  private constructor(lists: readonly (readonly string[])[], columns: Uint8Array, width: number) {
    this.words = Math.ceil(lists.length / 32)
    this.#columns = columns
    this.#width = width
    const most = lists.flat().reduce((sum, text) => sum + text.length, 1)
    const next = new Int32Array(most * width)
    const ends = new Int32Array(most * this.words)
    let used = 1
    for (const [list, texts] of lists.entries()) {
      for (const text of texts) {
        let state = 0
        for (let at = 0; at < text.length; at += 1) {
          const cell = state * width + (columns[text.charCodeAt(at) & 0xff] ?? 0)
          if (next[cell] === 0) next[cell] = used++
          state = next[cell] ?? 0
        }
        const word = state * this.words + (list >> 5)
        ends[word] = (ends[word] ?? 0) | (1 << (list & 31))
      }
    }
    this.#next = next.slice(0, used * width)
    this.#ends = ends.slice(0, used * this.words)
    this.#link()
    this.#isEnd = Uint8Array.from({ length: used }, (_, state) => (this.#endsIn(state) ? 1 : 0))
    for (let cell = 0; cell < this.#next.length; cell += 1) this.#next[cell] = (this.#next[cell] ?? 0) * width
  }

  /** `undefined` when it would be too large. */
  static of(lists: readonly (readonly string[])[]): LiteralIndex | undefined {
    const columns = new Uint8Array(256)
    let width = 1
    let bytes = 1
    for (const text of lists.flat()) {
      bytes += text.length
      for (let at = 0; at < text.length; at += 1) {
        const byte = text.charCodeAt(at) & 0xff
        if (columns[byte] === 0) columns[byte] = width++
      }
    }
    return bytes * width > mostCells ? undefined : new LiteralIndex(lists, columns, width)
  }

  /** Sets the bits of the lists that have a text in the subject; `found` has `words` words. */
  find(lower: string, found: Int32Array): void {
    const next = this.#next
    const columns = this.#columns
    const isEnd = this.#isEnd
    const width = this.#width
    found.fill(0)
    let state = 0
    for (let at = 0; at < lower.length; at += 1) {
      state = next[state + (columns[lower.charCodeAt(at)] ?? 0)] ?? 0
      if (state !== 0 && isEnd[state / width] === 1) this.#add(state / width, found)
    }
  }

  #add(state: number, found: Int32Array): void {
    for (let word = 0; word < this.words; word += 1)
      found[word] = (found[word] ?? 0) | (this.#ends[state * this.words + word] ?? 0)
  }

  #endsIn(state: number): boolean {
    return this.#ends.subarray(state * this.words, (state + 1) * this.words).some((word) => word !== 0)
  }

  /** Breadth first: a missing transition is the one of the longest proper suffix, whose texts end here as well. */
  #link(): void {
    const next = this.#next
    const width = this.#width
    const suffix = new Int32Array(this.#ends.length / this.words)
    const queue = [0]
    for (const state of queue) {
      const back = (suffix[state] ?? 0) * width
      for (let column = 1; column < width; column += 1) {
        const cell = state * width + column
        const viaSuffix = state === 0 ? 0 : (next[back + column] ?? 0)
        const target = next[cell] ?? 0
        if (target === 0) next[cell] = viaSuffix
        else {
          suffix[target] = viaSuffix
          for (let word = 0; word < this.words; word += 1) {
            const at = target * this.words + word
            this.#ends[at] = (this.#ends[at] ?? 0) | (this.#ends[viaSuffix * this.words + word] ?? 0)
          }
          queue.push(target)
        }
      }
    }
  }
}
