/** Kinds of token; the order matters to the machine: everything from `one` on is a class. */
export const literalToken = 0
export const groupToken = 1
export const oneToken = 2
export const plusToken = 3
export const starToken = 4

/** One alternative of an OSRegex pattern (spec/decoders.md §1.5). */
export interface Alternative {
  readonly tokens: readonly Token[]
  readonly isStart: boolean
  readonly isEnd: boolean
  readonly groups: number
  /** Lower case literals with which every subject must begin (only with `isStart`) or which begin the search. */
  readonly head: string
  /** Lower-case literals that every matching subject contains one after the other. */
  readonly runs: readonly string[]
  /** The longest of them, empty when there is none. */
  readonly required: string
  /** Nothing but literals. */
  readonly isLiteral: boolean
  /** With `isStart`: 1 for bytes that a subject which is not empty can begin with; `undefined`: any. */
  readonly firstBytes: Uint8Array | undefined
}

/** An alternative as parallel arrays, one entry per token. */
export interface Program {
  readonly size: number
  readonly kinds: Uint8Array
  /** Lower-cased byte of a literal; `(` for a group token, which is what it stands for where it is not expected. */
  readonly bytes: Uint8Array
  /** Members of a class, 256 entries; empty for other tokens. */
  readonly sets: readonly Uint8Array[]
  /** Number of a group token: the marks of group k are 2k and 2k + 1. */
  readonly marks: Uint16Array
}

export function programOf({ tokens }: Alternative): Program {
  let marks = 0
  return {
    size: tokens.length,
    kinds: Uint8Array.from(tokens, ({ kind }) => kind),
    bytes: Uint8Array.from(tokens, ({ byte }) => byte),
    sets: tokens.map(({ set }) => set),
    marks: Uint16Array.from(tokens, ({ kind }) => (kind === groupToken ? marks++ : 0)),
  }
}

export interface Token {
  readonly kind: number
  readonly byte: number
  readonly set: Uint8Array
}

const noSet = new Uint8Array(0)
const openParenthesis = 0x28

function setOf(isMember: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0))
}

function setOfRanges(ranges: readonly (readonly [number, number])[]): Uint8Array {
  return setOf((byte) => ranges.some(([low, high]) => byte >= low && byte <= high))
}

const digits = setOfRanges([[0x30, 0x39]])
const words = setOfRanges([
  [0x30, 0x39],
  [0x40, 0x5a],
  [0x61, 0x7a],
  [0x2d, 0x2d],
  [0x5f, 0x5f],
])
const space = setOfRanges([[0x20, 0x20]])
const punctuation = setOfRanges([
  [0x21, 0x2e],
  [0x3a, 0x3f],
  [0x5b, 0x5b],
  [0x5d, 0x5d],
  [0x7b, 0x7d],
])
const not = (set: Uint8Array) => setOf((byte) => set[byte] === 0)

/** By the byte after the backslash (spec/decoders.md §1.2). */
const classes: Readonly<Record<string, Uint8Array>> = {
  d: digits,
  w: words,
  s: space,
  t: setOfRanges([[0x09, 0x09]]),
  p: punctuation,
  D: not(digits),
  W: not(words),
  S: not(space),
  '.': setOf(() => true),
  ...Object.fromEntries(
    Array.from('()\\$|<').map((char) => [char, setOf((byte) => byte === char.charCodeAt(0))]),
  ),
}

/** The alternatives of a pattern, or the sentence that says why it is not one (spec/decoders.md §1.1, §1.4). */
export function parseOsRegex(source: string): readonly Alternative[] | string {
  const alternatives: Alternative[] = []
  for (let from = 0; from <= source.length;) {
    const read = readAlternative(source, from)
    if (typeof read === 'string') return read
    alternatives.push(read.alternative)
    from = read.end + 1
  }
  return alternatives
}

function readAlternative(source: string, from: number): { alternative: Alternative; end: number } | string {
  const tokens: Token[] = []
  const isStart = source[from] === '^'
  let isEnd = false
  let isOpen = false
  let at = isStart ? from + 1 : from
  while (at < source.length && source[at] !== '|') {
    const token = readToken(source, at)
    if (typeof token === 'string') return token
    if (token.kind === groupToken) {
      if ((source[at] === '(') === isOpen) return 'parentheses do not nest and must be closed'
      isOpen = !isOpen
    }
    at += token.size
    isEnd = isLastDollar(source, at - 1) && token.kind === literalToken
    if (!isEnd) tokens.push(token)
  }
  if (isOpen)
    return at < source.length ? '| is not allowed inside parentheses' : 'a parenthesis is not closed'
  return { alternative: build(tokens, isStart, isEnd), end: at }
}

function isLastDollar(source: string, at: number): boolean {
  return source[at] === '$' && (at + 1 === source.length || source[at + 1] === '|')
}

function readToken(source: string, at: number): (Token & { readonly size: number }) | string {
  const char = source[at]
  if (char === '(' || char === ')') return { kind: groupToken, byte: openParenthesis, set: noSet, size: 1 }
  if (char !== '\\') return { kind: literalToken, byte: fold(source.charCodeAt(at)), set: noSet, size: 1 }
  const set = classes[source[at + 1] ?? '']
  if (!set) return unknownEscape(source[at + 1])
  const kind = quantified(source[at + 2])
  return { kind, byte: 0, set, size: kind === oneToken ? 2 : 3 }
}

function unknownEscape(char: string | undefined): string {
  return char === undefined
    ? 'it ends in a backslash'
    : `\\${char} is not part of OSRegex; only \\w \\d \\s \\t \\p \\W \\D \\S \\. \\( \\) \\\\ \\$ \\| \\< are`
}

function quantified(char: string | undefined): number {
  if (char === '+') return plusToken
  return char === '*' ? starToken : oneToken
}

export function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte & 0xff
}

function build(tokens: readonly Token[], isStart: boolean, isEnd: boolean): Alternative {
  let groupTokens = 0
  let head = ''
  let isLiteral = true
  for (const { kind, byte } of tokens) {
    if (kind === groupToken) groupTokens += 1
    isLiteral &&= kind === literalToken
    if (isLiteral) head += String.fromCharCode(byte)
  }
  const runs = literalRuns(tokens)
  const required = longest(runs)
  const firstBytes = isStart ? firstBytesOf(tokens) : undefined
  const groups = groupTokens / 2
  return { tokens, isStart, isEnd, groups, head, runs, required, isLiteral, firstBytes }
}

/** A first byte in none of these fails the only attempt there is; a star may be skipped. */
function firstBytesOf(tokens: readonly Token[]): Uint8Array | undefined {
  const sets: Uint8Array[] = []
  for (const { kind, byte, set } of tokens) {
    if (kind === groupToken) continue
    sets.push(kind === literalToken ? setOfLiteral(byte) : set)
    if (kind !== starToken) return unionOf(sets)
  }
  return undefined
}

/** Shared, as those of classes are: there are thousands of patterns. */
const literalSets: (Uint8Array | undefined)[] = []

function setOfLiteral(byte: number): Uint8Array {
  return (literalSets[byte] ??= setOf((other) => fold(other) === byte))
}

/** What is in any of them; a single one as it is. */
export function unionOf(sets: readonly Uint8Array[]): Uint8Array {
  const [first = noSet] = sets
  if (sets.every((set) => set === first)) return first
  const union = Uint8Array.from(first)
  for (const set of sets) for (let byte = 0; byte < 256; byte += 1) if (set[byte] === 1) union[byte] = 1
  return union
}

/** A literal that is the last token and follows a class may be left out by a match (spec/decoders.md §1.9, NEAR rule). */
function literalRuns(tokens: readonly Token[]): string[] {
  const last = tokens.length - 1
  const runs: string[] = []
  let run = ''
  tokens.forEach(({ kind, byte }, index) => {
    const isOptional = index === last && (tokens[index - 1]?.kind ?? literalToken) >= oneToken
    const isPart = kind === literalToken && !isOptional
    if (isPart) run += String.fromCharCode(byte)
    if (run !== '' && (!isPart || index === last)) runs.push(run)
    if (!isPart) run = ''
  })
  return runs
}

function longest(runs: readonly string[]): string {
  return runs.reduce((best, run) => (run.length > best.length ? run : best), '')
}
