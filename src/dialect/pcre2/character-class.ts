import {
  bothCases,
  byteSet,
  complement,
  escapeClasses,
  posixClasses,
  propertySet,
  union,
} from './byte-set.ts'
import type { Cursor } from './cursor.ts'
import { readCodePoint, readOctal } from './escape.ts'
import type { Node } from './node.ts'
import { refuse } from './refusal.ts'
import { utf8Range } from './utf8.ts'

export interface ClassOptions {
  readonly isCaseless: boolean
  readonly isUtf: boolean
  /** `(?xx)`: spaces and tabs inside the class are ignored. */
  readonly isSpaced: boolean
}

type Range = readonly [number, number]
type Item = { readonly code: number } | { readonly members: Uint8Array }

/** A character class; the cursor is after its `[`. */
export function readClass(cursor: Cursor, options: ClassOptions): Node {
  const isNegated = cursor.skip('^')
  const reader = new ClassReader(cursor, options)
  reader.readAll()
  return reader.node(isNegated)
}

class ClassReader {
  readonly #cursor: Cursor
  readonly #options: ClassOptions
  #set: Uint8Array = byteSet()
  /** Code points beyond ASCII, under `(*UTF)` only. */
  readonly #wide: Range[] = []
  #isQuoted = false

  constructor(cursor: Cursor, options: ClassOptions) {
    this.#cursor = cursor
    this.#options = options
  }

  readAll(): void {
    for (let isFirst = true; ; isFirst = false) {
      const { isAtEnd } = this.#cursor
      if (isAtEnd) refuse('a character class is not closed with ]')
      if (!isFirst && !this.#isQuoted && this.#cursor.skip(']')) return
      const item = this.#readItem()
      if (!item) continue
      if ('members' in item) this.#addSet(item.members)
      else this.#addRange(item.code, this.#readRangeEnd() ?? item.code)
    }
  }

  node(isNegated: boolean): Node {
    const { isCaseless, isUtf } = this.#options
    const set = isCaseless ? bothCases(this.#set) : this.#set
    if (!isUtf) return { kind: 'set', members: isNegated ? complement(set) : set }
    const ascii = union(isNegated ? complement(set) : set).fill(0, 0x80)
    const wide = isNegated ? gaps(this.#wide) : this.#wide
    const branches: Node[] = wide.map(([low, high]) => utf8Range(low, high))
    return { kind: 'either', branches: [{ kind: 'set', members: ascii }, ...branches] }
  }

  #addSet(members: Uint8Array): void {
    this.#set = union(this.#set, members)
    // Under (*UTF) the classes \D, \W and \S hold every character beyond ASCII.
    if (this.#options.isUtf && members[0xff] === 1) this.#wide.push([0x80, 0x10ffff])
  }

  #addRange(low: number, high: number): void {
    if (high < low) refuse('a range in a character class is out of order')
    const { isUtf, isCaseless } = this.#options
    this.#set = union(this.#set, byteSet([low, Math.min(high, isUtf ? 0x7f : 0xff)]))
    if (!isUtf || high < 0x80) return
    if (isCaseless) refuse('(?i) with characters beyond ASCII under (*UTF) is not supported')
    this.#wide.push([Math.max(low, 0x80), high])
  }

  /** The end of `a-z`, when a range starts here. */
  #readRangeEnd(): number | undefined {
    const cursor = this.#cursor
    if (this.#isQuoted || cursor.peek() !== '-' || cursor.peek(1) === ']' || cursor.peek(1) === '')
      return undefined
    const before = cursor.at
    cursor.at += 1
    const end = this.#readItem()
    if (end && 'code' in end) return end.code
    if (end) refuse('a range in a character class ends in a class')
    cursor.at = before
    return undefined
  }

  /** Nothing for `\Q`, `\E` and ignored spaces. */
  #readItem(): Item | undefined {
    const cursor = this.#cursor
    if (cursor.skip('\\E')) {
      this.#isQuoted = false
      return undefined
    }
    if (this.#isQuoted) return this.#readPlain()
    if (cursor.skip('\\Q')) {
      this.#isQuoted = true
      return undefined
    }
    if (cursor.peek() === '[') {
      const posix = cursor.match(/\[:(\^?)(\w*):\]/)
      if (posix) return { members: this.#posix(posix[1] === '^', posix[2] ?? '') }
      if (/^\[([.=])[^\]]*\1\]/.test(cursor.text.slice(cursor.at))) {
        refuse('POSIX collating elements [. .] and [= =] are not supported by PCRE2')
      }
    }
    if (this.#options.isSpaced && cursor.match(/[ \t]/)) return undefined
    return cursor.skip('\\') ? this.#readEscape() : this.#readPlain()
  }

  #readPlain(): Item {
    const { isUtf } = this.#options
    const wide = isUtf ? this.#cursor.match(/[\xc0-\xff][\x80-\xbf]+/) : undefined
    if (!wide) return { code: this.#cursor.take().charCodeAt(0) }
    return { code: Buffer.from(wide[0], 'latin1').toString('utf8').codePointAt(0) ?? 0 }
  }

  #posix(isNegated: boolean, name: string): Uint8Array {
    const named = posixClasses[name] ?? refuse(`[:${name}:] is not a POSIX class`)
    const isCase = this.#options.isCaseless && (name === 'upper' || name === 'lower')
    const members = isCase ? bothCases(named) : named
    return isNegated ? complement(members) : members
  }

  #readEscape(): Item {
    const cursor = this.#cursor
    const char = cursor.peek()
    const members = escapeClasses[char]
    if (members) {
      cursor.at += 1
      return { members }
    }
    if (cursor.skip('b')) return { code: 8 }
    if (char === 'p' || char === 'P') return { members: readProperty(cursor) }
    if (/[1-9]/.test(char)) return { code: readOctal(cursor, this.#options.isUtf) }
    if (/[BRX]/.test(char)) refuse(`\\${char} is not allowed in a character class`)
    const code = readCodePoint(cursor, this.#options.isUtf)
    return { code: code ?? refuse(`\\${char} is not a PCRE2 escape in a character class`) }
  }
}

/** `\p{L}`, `\pL`, `\P{^Lu}`; the cursor is after the backslash. */
export function readProperty(cursor: Cursor): Uint8Array {
  const isNegated = cursor.take() === 'P'
  const found = cursor.match(/\{(\^?)([^}]*)\}/) ?? cursor.match(/()(\w)/)
  const name = found?.[2] ?? ''
  const members = propertySet(name) ?? refuse(`the Unicode property \\p{${name}} is not supported`)
  return isNegated !== (found?.[1] === '^') ? complement(members) : members
}

/** What of 0x80 to 0x10FFFF is in none of the ranges. */
function gaps(ranges: readonly Range[]): Range[] {
  const found: Range[] = []
  let from = 0x80
  for (const [low, high] of [...ranges].sort(([one], [other]) => one - other)) {
    if (low > from) found.push([from, low - 1])
    from = Math.max(from, high + 1)
  }
  if (from <= 0x10ffff) found.push([from, 0x10ffff])
  return found
}
