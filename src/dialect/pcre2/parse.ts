import {
  anyByte,
  oneByte,
  byteSet,
  escapeClasses,
  newlines,
  notLineFeed,
  union,
  complement,
} from './byte-set.ts'
import { readClass, readProperty } from './character-class.ts'
import { Cursor } from './cursor.ts'
import { readCodePoint, readOctal } from './escape.ts'
import { checkLookBehind } from './look-behind.ts'
import type { Assertion, Mode, Node, Parsed } from './node.ts'
import { nothing } from './node.ts'
import { Refusal, refuse } from './refusal.ts'
import { utf8Range } from './utf8.ts'

const maxDepth = 250
const maxRepeat = 65_535

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
  readonly xx: boolean
  readonly n: boolean
  readonly U: boolean
}

const noFlags: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false, U: false }
const assertions: Readonly<Record<string, Assertion>> = {
  A: 'start',
  G: 'start',
  Z: 'end',
  z: 'veryEnd',
  b: 'word',
  B: 'notWord',
}

/** A PCRE2 pattern as a tree over bytes, or the sentence that says what is wrong or not supported. */
export function parsePcre2(source: string): Parsed | string {
  try {
    return new Parser(source).parse()
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

class Parser {
  readonly #cursor: Cursor
  #flags = noFlags
  #isUtf = false
  #groups = 0
  #depth = 0
  #lookDepth = 0
  #isQuoted = false
  readonly #names = new Map<string, number>()
  /** Checked at the end, when all groups are known. */
  readonly #references: number[] = []

  constructor(source: string) {
    this.#cursor = new Cursor(source)
  }

  parse(): Parsed {
    this.#readStartOptions()
    for (const [, name] of this.#cursor.text.matchAll(/\(\?P?(?:<|')([A-Za-z_]\w{0,31})(?:>|')/g)) {
      this.#names.set(name ?? '', 0)
    }
    const root = this.#readBranches()
    if (!this.#cursor.isAtEnd) refuse('a ) closes no parenthesis')
    const missing = this.#references.find((index) => index > this.#groups)
    if (missing !== undefined) refuse(`the reference \\${missing} is to a group that does not exist`)
    return { root, groups: this.#groups, isUtf: this.#isUtf }
  }

  #readStartOptions(): void {
    for (;;) {
      const option = this.#cursor.match(
        /\(\*(UTF8?|NO_START_OPT|NO_AUTO_POSSESS|NO_DOTSTAR_ANCHOR|NO_JIT|LF)\)/,
      )
      if (!option) return
      if (option[1]?.startsWith('UTF')) this.#isUtf = true
    }
  }

  #readBranches(): Node {
    const branches = [this.#readSequence()]
    while (this.#cursor.skip('|')) branches.push(this.#readSequence())
    const [only] = branches
    return branches.length === 1 && only ? only : { kind: 'either', branches }
  }

  #readSequence(): Node {
    const items: Node[] = []
    for (;;) {
      const { isAtEnd } = this.#cursor
      const next = this.#cursor.peek()
      if (isAtEnd || (!this.#isQuoted && (next === '|' || next === ')'))) break
      const item = this.#readItem()
      if (item) items.push(item)
    }
    const [only] = items
    return items.length === 1 && only ? only : { kind: 'sequence', items }
  }

  /** One item with its quantifier. Nothing for what only changes options or is ignored. */
  #readItem(): Node | undefined {
    const cursor = this.#cursor
    if (this.#readIgnored()) return undefined
    if (this.#isQuoted) return this.#readQuantified(this.#readCharacter())
    const assertion = this.#readAssertion()
    if (assertion) {
      if (this.#quantifier()) refuse('a quantifier follows something that cannot be repeated')
      return assertion
    }
    if (cursor.skip('(')) {
      const group = this.#readGroup()
      return group && this.#readQuantified(group)
    }
    if (cursor.peek() === '*' || cursor.peek() === '+' || cursor.peek() === '?' || this.#quantifier()) {
      refuse('a quantifier follows nothing that can be repeated')
    }
    return this.#readQuantified(this.#readSingle())
  }

  /** `\Q`, `\E`, comments, and white space under `(?x)`. */
  #readIgnored(): boolean {
    const cursor = this.#cursor
    if (cursor.skip('\\E')) {
      this.#isQuoted = false
      return true
    }
    if (this.#isQuoted) return false
    if (cursor.skip('\\Q')) {
      this.#isQuoted = true
      return true
    }
    if (this.#flags.x && cursor.match(/[ \t-\r\x85]+|#[^\n]*\n?/)) return true
    if (!cursor.skip('(?#')) return false
    cursor.until(')', 'the comment (?#')
    return true
  }

  #readAssertion(): Node | undefined {
    const cursor = this.#cursor
    if (cursor.skip('^')) return { kind: 'assert', what: this.#flags.m ? 'lineStart' : 'start' }
    if (cursor.skip('$')) return { kind: 'assert', what: this.#flags.m ? 'lineEnd' : 'end' }
    if (cursor.peek() !== '\\') return undefined
    const what = assertions[cursor.peek(1)]
    if (what) {
      cursor.at += 2
      return { kind: 'assert', what }
    }
    if (!cursor.skip('\\K')) return undefined
    // Only the end of a match and its groups are ever used.
    return this.#lookDepth > 0 ? refuse('\\K is not allowed in a look-around') : nothing
  }

  #readSingle(): Node {
    const cursor = this.#cursor
    if (cursor.skip('[')) {
      const { i, xx } = this.#flags
      return readClass(cursor, { isCaseless: i, isUtf: this.#isUtf, isSpaced: xx })
    }
    if (cursor.skip('.')) return this.#classNode(this.#flags.s ? anyByte : notLineFeed)
    return cursor.skip('\\') ? this.#readEscape() : this.#readCharacter()
  }

  /** Under `(*UTF)` a class that holds the bytes beyond ASCII holds all characters beyond ASCII. */
  #classNode(members: Uint8Array): Node {
    if (!this.#isUtf || members[0xff] === 0) return { kind: 'set', members }
    const ascii: Node = { kind: 'set', members: union(members).fill(0, 0x80) }
    return { kind: 'either', branches: [ascii, utf8Range(0x80, 0x10ffff)] }
  }

  #readCharacter(): Node {
    const wide = this.#isUtf ? this.#cursor.match(/[\xc0-\xff][\x80-\xbf]+/) : undefined
    if (!wide) return this.#codeNode(this.#cursor.take().charCodeAt(0))
    return this.#codeNode(Buffer.from(wide[0], 'latin1').toString('utf8').codePointAt(0) ?? 0)
  }

  #codeNode(code: number): Node {
    const { i } = this.#flags
    if (this.#isUtf && code >= 0x80) {
      return i
        ? refuse('(?i) with characters beyond ASCII under (*UTF) is not supported')
        : utf8Range(code, code)
    }
    return { kind: 'set', members: oneByte(code, i) }
  }

  #readEscape(): Node {
    const cursor = this.#cursor
    const char = cursor.peek()
    const members = escapeClasses[char]
    if (members) {
      cursor.at += 1
      return this.#classNode(members)
    }
    if (char === 'p' || char === 'P') {
      if (this.#isUtf) refuse('\\p under (*UTF) is not supported')
      return { kind: 'set', members: readProperty(cursor) }
    }
    const reference = this.#readReference()
    if (reference) return reference
    if (/[1-9]/.test(char)) return this.#codeNode(readOctal(cursor, this.#isUtf))
    if (char === 'N' && cursor.peek(1) === '{' && !this.#isUtf) refuse('\\N{U+...} needs (*UTF) at the start')
    const code = readCodePoint(cursor, this.#isUtf)
    return code === undefined ? this.#readTypeEscape(cursor.take()) : this.#codeNode(code)
  }

  #readTypeEscape(char: string): Node {
    if (char === 'N') return this.#classNode(notLineFeed)
    if (char === 'C') return { kind: 'set', members: anyByte }
    if (char === 'R') return newline
    if (char === 'X' && !this.#isUtf) return cluster
    return refuse(`\\${char} is not a PCRE2 escape, or not supported`)
  }

  /** `\1`, `\g{-1}`, `\k<name>`; the cursor is after the backslash. */
  #readReference(): Node | undefined {
    const cursor = this.#cursor
    const start = cursor.at
    const number = cursor.match(/g\{?([+-]?\d+)\}?/) ?? cursor.match(/([1-9]\d*)/)
    if (number) {
      const text = number[1] ?? ''
      const isPlain = number[0] === text
      const index = relative(text, this.#groups)
      if (isPlain && index > 9 && index > this.#groups) {
        cursor.at = start
        return undefined
      }
      return this.#reference(index)
    }
    if (cursor.peek() === 'g' && (cursor.peek(1) === '<' || cursor.peek(1) === "'")) {
      refuse('subroutine calls (\\g<...>) are not supported')
    }
    const named = cursor.match(/[gk]\{(\w+)\}/) ?? cursor.match(/k(?:<(\w+)>|'(\w+)')/)
    return named ? this.#namedReference(named[1] ?? named[2] ?? '') : undefined
  }

  #namedReference(name: string): Node {
    if (!this.#names.has(name)) refuse(`there is no group named ${name}`)
    const index = this.#names.get(name) ?? 0
    if (index === 0) refuse(`the reference to the group ${name} stands before it, which is not supported`)
    return this.#reference(index)
  }

  #reference(index: number): Node {
    if (index < 1) refuse('a reference is to a group that does not exist')
    this.#references.push(index)
    return { kind: 'back', index, isCaseless: this.#flags.i }
  }

  /** The cursor is after `(`. */
  #readGroup(): Node | undefined {
    const cursor = this.#cursor
    const verb = cursor.match(/\*[A-Za-z_:]*/)
    if (verb) refuse(`(${verb[0]}...) is not supported`)
    if (!cursor.skip('?')) {
      return this.#flags.n ? this.#inside(() => this.#readBranches()) : this.#capture(undefined)
    }
    if (cursor.skip(':')) return this.#inside(() => this.#readBranches())
    if (cursor.skip('>')) return { kind: 'atomic', body: this.#inside(() => this.#readBranches()) }
    if (cursor.skip('|')) return this.#inside(() => this.#readBranchReset())
    const look = cursor.match(/<?[=!]/)
    if (look) return this.#readLook(look[0])
    const name = cursor.match(/P?<(\w*)>/) ?? cursor.match(/'(\w*)'/)
    if (name) return this.#capture(name[1] ?? '')
    if (cursor.skip('P=')) return this.#namedReference(cursor.until(')', '(?P='))
    return this.#readOptions()
  }

  #readLook(kind: string): Node {
    this.#lookDepth += 1
    const body = this.#inside(() => this.#readBranches())
    this.#lookDepth -= 1
    const isAhead = !kind.startsWith('<')
    if (!isAhead && this.#isUtf) refuse('look-behind under (*UTF) is not supported')
    if (!isAhead) checkLookBehind(body)
    return { kind: 'look', isAhead, isNegative: kind.endsWith('!'), body }
  }

  #readOptions(): Node | undefined {
    const cursor = this.#cursor
    const found = cursor.match(/(\^?)([imnsUxJ]*)(?:-([imnsUx]*))?([:)])/)
    if (!found) {
      return refuse(`(?${cursor.peek()}... is not supported (recursion, conditions and callouts are not)`)
    }
    const [, reset, on = '', off = '', end] = found
    if (on.includes('J')) refuse('(?J) is not supported')
    const before = this.#flags
    const flags = { ...(reset === '^' ? { ...noFlags, U: before.U } : before) }
    for (const name of ['i', 'm', 's', 'x', 'n', 'U'] as const) {
      if (on.includes(name)) flags[name] = true
      if (off.includes(name)) flags[name] = false
    }
    flags.xx = on.includes('xx') || (flags.xx && flags.x && !on.includes('x'))
    this.#flags = flags
    if (end === ')') return undefined
    const body = this.#inside(() => this.#readBranches())
    this.#flags = before
    return body
  }

  #capture(name: string | undefined): Node {
    this.#groups += 1
    const index = this.#groups
    if (name !== undefined) {
      if (!/^[A-Za-z_]\w{0,31}$/.test(name)) refuse(`${JSON.stringify(name)} is not a group name`)
      if ((this.#names.get(name) ?? 0) !== 0) refuse(`two groups are named ${name}`)
      this.#names.set(name, index)
    }
    return { kind: 'group', index, body: this.#inside(() => this.#readBranches()) }
  }

  /** `(?|a(b)|c(d))`: every branch numbers its groups from the same start. */
  #readBranchReset(): Node {
    const start = this.#groups
    let most = start
    const branches: Node[] = []
    do {
      this.#groups = start
      branches.push(this.#readSequence())
      most = Math.max(most, this.#groups)
    } while (this.#cursor.skip('|'))
    this.#groups = most
    return { kind: 'either', branches }
  }

  /** Reads the inside of a group and its `)`. Options set inside end here. */
  #inside(read: () => Node): Node {
    const { i, m, s, x, xx, n, U } = this.#flags
    this.#depth += 1
    if (this.#depth > maxDepth) refuse(`parentheses nest deeper than ${maxDepth}`)
    const body = read()
    this.#depth -= 1
    if (!this.#cursor.skip(')')) refuse('a parenthesis is not closed')
    this.#flags = { i, m, s, x, xx, n, U }
    return body
  }

  #readQuantified(single: Node): Node {
    while (this.#readIgnored());
    const range = this.#isQuoted ? undefined : this.#quantifier()
    if (!range) return single
    const [min, max] = range
    const node: Node = { kind: 'repeat', body: single, min, max, mode: this.#readMode() }
    while (this.#readIgnored());
    return !this.#isQuoted && this.#quantifier() ? refuse('a quantifier follows a quantifier') : node
  }

  #readMode(): Mode {
    if (this.#cursor.skip('+')) return 'possessive'
    return this.#cursor.skip('?') !== this.#flags.U ? 'lazy' : 'greedy'
  }

  #quantifier(): readonly [number, number] | undefined {
    const found = this.#cursor.match(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/)
    if (!found) return undefined
    const [text, least, comma, most] = found
    if (text === '*') return [0, Infinity]
    if (text === '+') return [1, Infinity]
    if (text === '?') return [0, 1]
    const min = Number(least)
    const max = comma ? (most ? Number(most) : Infinity) : min
    if (min > maxRepeat || (max !== Infinity && max > maxRepeat)) refuse(`${text}: more than ${maxRepeat}`)
    if (min > max) refuse(`${text}: the numbers are out of order`)
    return [min, max]
  }
}

function relative(text: string, groups: number): number {
  const number = Number(text)
  if (text.startsWith('-')) return groups + 1 + number
  return text.startsWith('+') ? groups + number : number
}

const oneOf = (members: Uint8Array): Node => ({ kind: 'set', members })
const carriageReturnLineFeed: Node = {
  kind: 'sequence',
  items: [oneOf(byteSet([13, 13])), oneOf(byteSet([10, 10]))],
}
const newline: Node = {
  kind: 'atomic',
  body: { kind: 'either', branches: [carriageReturnLineFeed, oneOf(newlines)] },
}
/** `\X`: every byte is a cluster of its own but for CR LF. */
const cluster: Node = {
  kind: 'atomic',
  body: { kind: 'either', branches: [carriageReturnLineFeed, oneOf(complement(byteSet()))] },
}
