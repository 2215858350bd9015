import type { ByteString } from '../../event/byte-string.ts'
import { wordsOf } from '../../event/byte-words.ts'

/** A text that many documents have. */
export class Piece {
  readonly text: ByteString
  #words: Int32Array | undefined = undefined

  constructor(text: ByteString) {
    this.text = text
  }

  /** Four bytes each, made when they are first needed. */
  get words(): Int32Array {
    this.#words ??= wordsOf(this.text).words
    return this.#words
  }
}
