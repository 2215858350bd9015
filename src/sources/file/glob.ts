import type { ByteString } from '../../event/byte-string.ts'

/** One position of a file name: a literal character, any character, any run of them, or one of a set. */
type Token =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'run' }
  | { readonly kind: 'set'; readonly negated: boolean; matches(character: string): boolean }

/** Tests one name, without directories. */
export type NameMatcher = (name: ByteString) => boolean

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /[a-z]/i,
  digit: /\d/,
  alnum: /[a-z\d]/i,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[\da-f]/i,
}

export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text)
}

/**
 * `*`, `?` and `[…]` of POSIX for one path segment; a leading dot is only matched by a literal dot. `undefined` when the
 * segment has no wildcard. Time is bounded by pattern length times name length.
 */
export function segmentMatcher(segment: ByteString): NameMatcher | undefined {
  if (!hasWildcard(segment)) return undefined
  const tokens = tokenize(segment)
  const dotAllowed = segment.startsWith('.')
  return (name) => (dotAllowed || !name.startsWith('.')) && matchTokens(tokens, name)
}

/** A whole path: every segment is matched on its own, so that `*` never crosses a `/`. */
export function pathMatcher(pattern: ByteString): NameMatcher {
  const segments = pattern.split('/').map((segment) => segmentMatcher(segment) ?? segment)
  return (path) => {
    const names = path.split('/')
    return (
      names.length === segments.length &&
      segments.every((segment, index) => {
        const name = names[index] ?? ''
        return typeof segment === 'string' ? segment === name : segment(name)
      })
    )
  }
}

function tokenize(segment: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < segment.length; at += 1) {
    const character = segment.charAt(at)
    if (character === '*') tokens.push({ kind: 'run' })
    else if (character === '?') tokens.push({ kind: 'one' })
    else if (character === '[') {
      const set = readSet(segment, at)
      if (set) {
        tokens.push(set.token)
        at = set.end
      } else tokens.push({ kind: 'literal', character })
    } else {
      if (character === '\\' && at + 1 < segment.length) at += 1
      tokens.push({ kind: 'literal', character: segment.charAt(at) })
    }
  }
  return tokens
}

/** A set that starts at `[`; `undefined` when it is never closed, then `[` stands for itself. */
function readSet(
  segment: string,
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  const negated = /[!^]/.test(segment.charAt(start + 1))
  const first = start + (negated ? 2 : 1)
  const members: ((character: string) => boolean)[] = []
  for (let at = first; at < segment.length;) {
    if (segment.charAt(at) === ']' && at > first)
      return {
        token: { kind: 'set', negated, matches: (found) => members.some((member) => member(found)) },
        end: at,
      }
    at = readMember(segment, at, members)
  }
  return undefined
}

function readMember(segment: string, at: number, members: ((character: string) => boolean)[]): number {
  const [whole, name] = /^\[:([a-z]+):\]/.exec(segment.slice(at, at + 12)) ?? []
  const byClass = name === undefined ? undefined : classes[name]
  if (whole !== undefined && byClass) {
    members.push((found) => byClass.test(found))
    return at + whole.length
  }
  const from = segment.charAt(at)
  const to = segment.charAt(at + 2)
  if (segment.charAt(at + 1) === '-' && to !== ']' && to !== '') {
    members.push((found) => found >= from && found <= to)
    return at + 3
  }
  members.push((found) => found === from)
  return at + 1
}

function matchTokens(tokens: readonly Token[], name: string): boolean {
  let at = 0
  let token = 0
  let lastRun = -1
  let lastRunAt = 0
  while (at < name.length) {
    const wanted = tokens[token]
    if (wanted?.kind === 'run') {
      lastRun = token
      lastRunAt = at
      token += 1
    } else if (wanted && matchesOne(wanted, name.charAt(at))) {
      at += 1
      token += 1
    } else if (lastRun >= 0) {
      lastRunAt += 1
      at = lastRunAt
      token = lastRun + 1
    } else return false
  }
  while (tokens[token]?.kind === 'run') token += 1
  return token === tokens.length
}

function matchesOne(token: Token, character: string): boolean {
  if (token.kind === 'literal') return token.character === character
  if (token.kind === 'set') return token.matches(character) !== token.negated
  return token.kind === 'one'
}
