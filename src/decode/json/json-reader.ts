import type { ByteString } from '../../event/byte-string.ts'
import { isNumberText, longestNumber } from './number-text.ts'

/** Deeper nesting is a syntax error. */
export const deepestNesting = 1000

export type JsonValue =
  | { readonly kind: 'text'; readonly text: ByteString }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly word: 'null' | 'true' | 'false' }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [ByteString, JsonValue])[] }

const numberUnit = /[-+.eE0-9]/

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  '/': '/',
}

/**
 * The first value in the text from `start`; `undefined` when it is not JSON in the lax sense of spec/decoders.md §6.9. What
 * follows the value is ignored.
 */
export function readJson(text: ByteString, start = 0): JsonValue | undefined {
  const reader = new JsonReader(text, start)
  return reader.value(0)
}

/** Keeps order and duplicates, reads bytes. Members give `undefined` on a syntax error. */
class JsonReader {
  readonly #text: ByteString
  #at: number

  constructor(text: ByteString, start: number) {
    this.#text = text
    this.#at = start
    if (text.startsWith('\xef\xbb\xbf', start)) this.#at += 3
  }

  value(depth: number): JsonValue | undefined {
    this.#skipSpace()
    const first = this.#text[this.#at]
    if (first === '"') {
      const text = this.#string()
      return text === undefined ? undefined : { kind: 'text', text }
    }
    if (first === '{') return depth < deepestNesting ? this.#object(depth + 1) : undefined
    if (first === '[') return depth < deepestNesting ? this.#array(depth + 1) : undefined
    if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) return this.#number()
    return this.#word()
  }

  #skipSpace(): void {
    while (this.#text.charCodeAt(this.#at) <= 32) this.#at += 1
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #word(): JsonValue | undefined {
    for (const word of ['null', 'true', 'false'] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return { kind: 'word', word }
      }
    }
    return undefined
  }

  #number(): JsonValue | undefined {
    let end = this.#at
    while (end - this.#at <= longestNumber && numberUnit.test(this.#text.charAt(end))) end += 1
    const taken = this.#text.slice(this.#at, end)
    if (!isNumberText(taken)) return undefined
    this.#at = end
    return { kind: 'number', value: Number(taken) }
  }

  #array(depth: number): JsonValue | undefined {
    const items: JsonValue[] = []
    this.#at += 1
    this.#skipSpace()
    if (this.#take(']')) return { kind: 'array', items }
    do {
      const item = this.value(depth)
      if (item === undefined) return undefined
      items.push(item)
      this.#skipSpace()
    } while (this.#take(','))
    return this.#take(']') ? { kind: 'array', items } : undefined
  }

  #object(depth: number): JsonValue | undefined {
    const members: (readonly [ByteString, JsonValue])[] = []
    this.#at += 1
    this.#skipSpace()
    if (this.#take('}')) return { kind: 'object', members }
    do {
      this.#skipSpace()
      const key = this.#string()
      this.#skipSpace()
      if (key === undefined || !this.#take(':')) return undefined
      const value = this.value(depth)
      if (value === undefined) return undefined
      members.push([key, value])
      this.#skipSpace()
    } while (this.#take(','))
    return this.#take('}') ? { kind: 'object', members } : undefined
  }

  #string(): ByteString | undefined {
    if (!this.#take('"')) return undefined
    const text = this.#text
    const start = this.#at
    let end = start
    for (let unit = text.charCodeAt(end); unit !== 0x22; unit = text.charCodeAt(end)) {
      if (end >= text.length) return undefined
      end += unit === 0x5c ? 2 : 1
    }
    this.#at = end + 1
    return unescapeJson(text.slice(start, end))
  }
}

/** The content of a string literal without its escapes; cut at a NUL; `undefined` for an escape that does not exist. */
export function unescapeJson(content: ByteString): ByteString | undefined {
  let backslash = content.indexOf('\\')
  if (backslash < 0) return content
  let out = ''
  let at = 0
  for (; backslash >= 0; backslash = content.indexOf('\\', at)) {
    out += content.slice(at, backslash)
    const letter = content[backslash + 1] ?? ''
    const plain = escapes[letter]
    if (plain !== undefined) {
      out += plain
      at = backslash + 2
      continue
    }
    const unicode = letter === 'u' ? readUnicode(content, backslash) : undefined
    if (unicode === undefined) return undefined
    out += unicode.bytes
    at = unicode.end
  }
  out += content.slice(at)
  const nul = out.indexOf('\0')
  return nul < 0 ? out : out.slice(0, nul)
}

interface UnicodeEscape {
  /** UTF-8, one unit per byte. */
  readonly bytes: ByteString
  readonly end: number
}

function readUnicode(content: ByteString, at: number): UnicodeEscape | undefined {
  if (content.length - at < 6) return undefined
  const first = fourHex(content, at + 2)
  if (first >= 0xdc00 && first <= 0xdfff) return undefined
  if (first < 0xd800 || first > 0xdbff) return { bytes: utf8(first), end: at + 6 }
  if (content.length - at < 12 || content[at + 6] !== '\\' || content[at + 7] !== 'u') return undefined
  const second = fourHex(content, at + 8)
  if (second < 0xdc00 || second > 0xdfff) return undefined
  return { bytes: utf8(0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)), end: at + 12 }
}

/** 0, hence the end of the string, for what is not four hexadecimal digits. */
function fourHex(content: ByteString, at: number): number {
  const digits = content.slice(at, at + 4)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : 0
}

function utf8(codePoint: number): ByteString {
  return Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1')
}
