/** Bytes `[start, end)` of a body. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One value at the top of a request body, as far as its brackets and quotes tell; members are not validated here. */
export interface TopLevel extends Span {
  /** `kind` and `apiVersion` of the object, `undefined` when missing or no string. */
  readonly kind: string | undefined
  readonly apiVersion: string | undefined
  /** Elements of the `items` array; `undefined` when there is no such array. */
  readonly items: readonly Span[] | undefined
  /** The body ended, or made no sense, before this value did; `items` are those that were complete. */
  readonly broken: Span | undefined
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/**
 * Finds the items of an `EventList` without parsing them, so that one that is no JSON does not take the others with it.
 * One pass, no recursion, whatever the depth.
 */
export class ItemScanner {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The next value of the body; `undefined` at its end. */
  next(): TopLevel | undefined {
    this.#skipSpaces()
    if (this.#at >= this.#bytes.length) return undefined
    const start = this.#at
    if (this.#bytes[start] !== openBrace) return this.#notAnObject(start)
    this.#at += 1
    return this.#object(start)
  }

  #notAnObject(start: number): TopLevel {
    this.#at = this.#bytes.length
    const broken = { start, end: this.#bytes.length }
    return { ...broken, kind: undefined, apiVersion: undefined, items: undefined, broken }
  }

  #object(start: number): TopLevel {
    let kind: string | undefined
    let apiVersion: string | undefined
    let items: readonly Span[] | undefined
    let broken: Span | undefined
    while (broken === undefined) {
      const key = this.#key()
      if (key === 'end') break
      if (key === undefined) {
        broken = this.#rest(this.#at)
      } else if (key === 'items' && this.#bytes[this.#at] === openBracket) {
        const found = this.#items()
        items = found.items
        broken = found.broken
      } else {
        const valueStart = this.#at
        const value = this.#value()
        if (value === undefined) broken = this.#rest(valueStart)
        else if (key === 'kind') kind = this.#string(value)
        else if (key === 'apiVersion') apiVersion = this.#string(value)
      }
    }
    return { start, end: this.#at, kind, apiVersion, items, broken }
  }

  /** Reads up to and including the colon of the next member: its name, `end` after the last one, `undefined` when it is malformed. */
  #key(): string | undefined {
    this.#skipSpaces()
    if (this.#bytes[this.#at] === comma) {
      this.#at += 1
      this.#skipSpaces()
    }
    if (this.#bytes[this.#at] === closeBrace) {
      this.#at += 1
      return 'end'
    }
    if (this.#bytes[this.#at] !== quote) return undefined
    const start = this.#at
    if (!this.#skipString()) return undefined
    const name = this.#bytes.toString('latin1', start + 1, Math.min(this.#at - 1, start + 65))
    this.#skipSpaces()
    if (this.#bytes[this.#at] !== colon) return undefined
    this.#at += 1
    this.#skipSpaces()
    // A member that is called `end` is none we look for; it must not end the object.
    return name === 'end' ? '' : name
  }

  #items(): { items: readonly Span[]; broken: Span | undefined } {
    const items: Span[] = []
    this.#at += 1
    for (;;) {
      this.#skipSpaces()
      const byte = this.#bytes[this.#at]
      if (byte === closeBracket) {
        this.#at += 1
        return { items, broken: undefined }
      }
      if (byte === comma && items.length > 0) {
        this.#at += 1
        this.#skipSpaces()
      }
      const start = this.#at
      const value = this.#value()
      if (value === undefined) return { items, broken: this.#rest(start) }
      items.push(value)
    }
  }

  /** Any value: brackets and quotes are balanced, nothing else is checked. `undefined` when it does not end. */
  #value(): Span | undefined {
    const start = this.#at
    const first = this.#bytes[start]
    const isWhole =
      first === quote
        ? this.#skipString()
        : first === openBrace || first === openBracket
          ? this.#skipNested()
          : this.#skipWord()
    return isWhole ? { start, end: this.#at } : undefined
  }

  /** A number, `true`, `false`, `null`, or what is written in their place. */
  #skipWord(): boolean {
    const start = this.#at
    for (; this.#at < this.#bytes.length; this.#at += 1) {
      const byte = this.#bytes[this.#at]
      if (byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte)) break
    }
    return this.#at > start
  }

  /** From the opening bracket to behind the closing one. */
  #skipNested(): boolean {
    const bytes = this.#bytes
    for (let depth = 0; this.#at < bytes.length;) {
      const byte = bytes[this.#at]
      if (byte === quote) {
        if (!this.#skipString()) return false
        continue
      }
      this.#at += 1
      if (byte === openBrace || byte === openBracket) depth += 1
      else if (byte === closeBrace || byte === closeBracket) depth -= 1
      if (depth === 0) return true
    }
    return false
  }

  /** From the opening quote to behind the closing one. */
  #skipString(): boolean {
    const bytes = this.#bytes
    const { length } = bytes
    let at = this.#at + 1
    while (at < length) {
      const byte = bytes[at]
      if (byte === quote) {
        this.#at = at + 1
        return true
      }
      at += byte === backslash ? 2 : 1
    }
    this.#at = length
    return false
  }

  #skipSpaces(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at += 1
  }

  #string({ start, end }: Span): string | undefined {
    return this.#bytes[start] === quote
      ? this.#bytes.toString('latin1', start + 1, Math.min(end - 1, start + 129))
      : undefined
  }

  /** Everything from here on makes no sense. */
  #rest(start: number): Span {
    this.#at = this.#bytes.length
    return { start, end: this.#bytes.length }
  }
}
