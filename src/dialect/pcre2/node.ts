/** Syntax tree of a PCRE2 pattern over bytes (spec/decoders.md §3). Case, `.`, `(?x)` and UTF-8 are already worked in. */
export type Node =
  /** One byte that is a member: 256 entries of 0 or 1. */
  | { readonly kind: 'set'; readonly members: Uint8Array }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'either'; readonly branches: readonly Node[] }
  /** Groups count from 1. Several nodes may share an index, see `(?|`. */
  | { readonly kind: 'group'; readonly index: number; readonly body: Node }
  | { readonly kind: 'atomic'; readonly body: Node }
  | { readonly kind: 'look'; readonly isAhead: boolean; readonly isNegative: boolean; readonly body: Node }
  /** `max` may be `Infinity`. */
  | {
      readonly kind: 'repeat'
      readonly body: Node
      readonly min: number
      readonly max: number
      readonly mode: Mode
    }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'back'; readonly index: number; readonly isCaseless: boolean }

export type Mode = 'greedy' | 'lazy' | 'possessive'

/** `end` is the end of the subject or before its last line feed, `veryEnd` only the end. */
export type Assertion = 'start' | 'lineStart' | 'end' | 'lineEnd' | 'veryEnd' | 'word' | 'notWord'

export const nothing: Node = { kind: 'sequence', items: [] }

export interface Parsed {
  readonly root: Node
  readonly groups: number
  /** `(*UTF)`: a subject that is not valid UTF-8 never matches. */
  readonly isUtf: boolean
}
