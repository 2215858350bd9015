import type { ByteString } from '../../event/byte-string.ts'
import { documentBytes, membersFrom } from '../../event/document-bytes.ts'
import { jsonText } from '../../event/json-text.ts'
import type { Piece } from './piece.ts'

/** Where the parts of a document go, one after the other. */
export interface Sink {
  piece(piece: Piece): void
  /** As it is. */
  text(text: ByteString): void
  /** As JSON string. */
  json(text: ByteString): void
  /** A whole number, not negative, with zeros before it up to so many digits. */
  number(value: number, digits?: number): void
}

export class TextSink implements Sink {
  written: ByteString = ''

  piece({ text }: Piece): void {
    this.written += text
  }

  text(text: ByteString): void {
    this.written += text
  }

  json(text: ByteString): void {
    this.written += jsonText(text)
  }

  number(value: number, digits = 1): void {
    this.written += String(value).padStart(digits, '0')
  }
}

const quote = 0x22
const zero = 0x30
const longestNumber = 20
/** Up to here units are written one by one: the runtime takes as long for the call alone. */
const shortText = 64
const largestWord = 2_147_483_647
/** Bytes that need no escape. */
const harmless = 0x61616161

// Constants of this module are constants to the compiler, imported ones are not.
const out = documentBytes
const view = new DataView(out.buffer, out.byteOffset, out.length)

/** Writes into `documentBytes`. What finds no room is left out, and so is everything behind it: `isFull`. */
export class ByteSink implements Sink {
  at = 0
  isFull = false
  #limit = 0

  start(): void {
    this.at = 0
    this.isFull = false
    this.#limit = membersFrom
  }

  /** The members that were put behind the message come here. */
  members(end: number): void {
    if (this.#lacks(0)) return
    out.copyWithin(this.at, membersFrom, end)
    this.at += end - membersFrom
    this.#limit = out.length
  }

  piece(piece: Piece): void {
    const { words } = piece
    const { length } = piece.text
    if (this.#lacks(length)) return
    let { at } = this
    for (let index = 0; index < words.length; index += 1, at += 4) view.setInt32(at, words[index] ?? 0, true)
    this.at += length
  }

  text(text: ByteString): void {
    if (this.#lacks(text.length)) return
    this.at += out.write(text, this.at, text.length, 'latin1')
  }

  json(text: ByteString): void {
    const { length } = text
    if (this.#lacks(length + 2)) return
    const from = this.at + 1
    const end = from + length
    out[from - 1] = quote
    if (length > shortText) out.write(text, from, length, 'latin1')
    else for (let index = 0; index < length; index += 1) out[from + index] = text.charCodeAt(index)
    view.setInt32(end, harmless)
    if (isPlain(from, end)) {
      out[end] = quote
      this.at = end + 1
    } else this.text(jsonText(text))
  }

  number(value: number, digits = 1): void {
    if (this.#lacks(longestNumber)) return
    // Clocks give neither, but an end must be found.
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
      this.text(String(value).padStart(digits, '0'))
      return
    }
    let end = this.at + digits
    for (let limit = 10 ** digits; value >= limit; limit *= 10) end += 1
    let at = end - 1
    let rest = value
    for (; rest > largestWord; at -= 1) {
      const tens = Math.floor(rest / 10)
      out[at] = zero + rest - tens * 10
      rest = tens
    }
    // Small whole numbers are divided without fractions.
    for (let word = rest | 0; at >= this.at; at -= 1) {
      const tens = (word / 10) | 0
      out[at] = zero + word - tens * 10
      word = tens
    }
    this.at = end
  }

  /** The words of the last piece, and what makes text harmless, may go a little too far. */
  #lacks(size: number): boolean {
    if (this.at + size + 4 <= this.#limit && !this.isFull) return false
    this.isFull = true
    return true
  }
}

/** No quote, backslash or control character; up to three bytes behind the end are looked at. */
function isPlain(from: number, end: number): boolean {
  let special = 0
  for (let at = from; at < end; at += 4) {
    const word = view.getInt32(at, true)
    const slashes = word ^ 0x5c5c5c5c
    const quotes = word ^ 0x22222222
    special |=
      ((word - 0x20202020) & ~word) | ((slashes - 0x01010101) & ~slashes) | ((quotes - 0x01010101) & ~quotes)
  }
  return (special & 0x80808080) === 0
}
