/**
 * Finds any of many texts in one pass over a byte string (Aho and Corasick, 1975). Transitions are one dense table: at most
 * 20,480 states, because a pattern has no more bytes, and only as many columns as there are different bytes in the texts (fewer than
 * 256: they are in lower case).
 */
export class AhoCorasick {
  /** Column of each byte; 0 for bytes that occur in no text. */
  readonly #columns = new Uint8Array(256)
  readonly #width: number
  /** Next state by `state * width + column`; the state -1 means found. */
  readonly #next: Int32Array

  constructor(texts: readonly string[]) {
    let width = 1
    for (const text of texts) {
      for (let i = 0; i < text.length; i += 1) {
        const byte = text.charCodeAt(i) & 0xff
        if (this.#columns[byte] === 0) {
          this.#columns[byte] = width
          width += 1
        }
      }
    }
    this.#width = width
    this.#next = this.#build(texts)
  }

  test(subject: string, from: number): boolean {
    const next = this.#next
    const columns = this.#columns
    const width = this.#width
    let state = 0
    for (let i = from; i < subject.length; i += 1) {
      state = next[state * width + (columns[subject.charCodeAt(i)] ?? 0)] ?? 0
      if (state < 0) return true
    }
    return false
  }

  #build(texts: readonly string[]): Int32Array {
    const width = this.#width
    const states = texts.reduce((sum, text) => sum + text.length, 1)
    const next = new Int32Array(states * width)
    let used = 1
    for (const text of texts) {
      let state = 0
      for (let i = 0; i < text.length && state >= 0; i += 1) {
        const at = state * width + (this.#columns[text.charCodeAt(i) & 0xff] ?? 0)
        if (i === text.length - 1) next[at] = -1
        else if (next[at] === 0) {
          next[at] = used
          used += 1
        }
        state = next[at] ?? -1
      }
    }
    return link(next.slice(0, used * width), width, used)
  }
}

/** Breadth first: a missing transition is the one of the longest proper suffix. */
function link(next: Int32Array, width: number, states: number): Int32Array {
  const suffix = new Int32Array(states)
  const queue = [0]
  for (const state of queue) {
    const back = (suffix[state] ?? 0) * width
    for (let column = 1; column < width; column += 1) {
      const at = state * width + column
      const target = next[at] ?? 0
      const viaSuffix = state === 0 ? 0 : (next[back + column] ?? 0)
      if (target <= 0) {
        if (target === 0) next[at] = viaSuffix
      } else if (viaSuffix < 0) next[at] = -1
      else {
        suffix[target] = viaSuffix
        queue.push(target)
      }
    }
  }
  return next
}
