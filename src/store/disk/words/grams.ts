import { fold } from '../../query/value.ts'

/**
 * What a block of records says about the words in it: one bit for every piece of four letters or digits, and for every second piece of six characters of numbers,
 * ids and addresses, of which all pieces of four occur everywhere. A text cannot be in a block that lacks a bit of the text's own.
 */
export const bitCount = 2 ** 19
export const bitmapBytes = bitCount / 8

const letters36 = '0123456789abcdefghijklmnopqrstuvwxyz'

/** For every byte: 1 to 36 for a digit or a letter, capital or small, else 0; then what it is in an id (hexadecimal digits and the dot, 5 bits); then whether it is each. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte).toLowerCase()
  const kind = byte < 0x80 ? letters36.indexOf(char) + 1 : 0
  const place = '0123456789abcdef.'.indexOf(char)
  return kind | (Math.max(0, place) << 6) | ((kind === 0 ? 0 : 1) << 11) | ((place < 0 ? 0 : 1) << 12)
})

const shift = 32 - Math.log2(bitCount)

/** Sets the bits of a text in UTF-8. One pass without calls: this runs over every byte that is stored. */
export function addGrams(text: Uint8Array, bits: Int32Array): void {
  let word = 0
  let id = 0
  let wordLength = 0
  let idLength = 0
  let all = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0
    const entry = table[byte] ?? 0
    all |= byte
    word = ((word << 6) | (entry & 63)) & 0xffffff
    id = ((id << 5) | ((entry >> 6) & 31)) & 0x3fffffff
    wordLength = ((wordLength << 1) | ((entry >> 11) & 1)) & 15
    idLength = ((idLength << 1) | (entry >> 12)) & 63
    if (wordLength === 15 && (idLength & 15) !== 15) {
      const bit = Math.imul(word, 0x9e3779b1) >>> shift
      bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31))
    } else if (idLength === 63) {
      const hash = Math.imul(id ^ (id >>> 15), 0x85ebca6b)
      const bit = hash >>> shift
      bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (((hash >>> (shift - 1)) & 1) << (bit & 31))
    }
  }
  if (all >= 0x80) addFolded(text, bits)
}

/** Letters beyond ASCII whose small form is in it: K (Kelvin) and İ. */
const folding = /[\u212a\u0130]/

function addFolded(text: Uint8Array, bits: Int32Array): void {
  const chars = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8')
  if (folding.test(chars)) addGrams(Buffer.from(chars.replaceAll(/[\u212a\u0130]/g, fold)), bits)
}

const scratch = new Int32Array(bitCount / 32)

/** The bits that every block has in which the text occurs. None: the text is too short to say. */
export function gramsOf(text: string): readonly number[] {
  scratch.fill(0)
  addGrams(Buffer.from(fold(text)), scratch)
  const found: number[] = []
  for (let index = 0; index < scratch.length; index++)
    for (let rest = scratch[index] ?? 0; rest !== 0; rest &= rest - 1)
      found.push(index * 32 + 31 - Math.clz32(rest & -rest))
  return found
}

const escaped = /\\u(?:002e|003[0-9]|00[46][1-9a-f]|00[57][0-9a]|212a|0130)/i

/** Whether JSON text may write letters, digits or dots in a way that their bits do not show. */
export function hidesLetters(json: Uint8Array): boolean {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  return bytes.includes('\\u') && escaped.test(bytes.toString('latin1'))
}
