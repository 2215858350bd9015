import type { Pattern } from '../dialect/pattern.ts'
import type { Place } from '../dialect/problem.ts'
import type { Category, StaticName } from '../event/decoded-event.ts'
import type { JsonOptions, Plugin } from './plugin.ts'

export type Offset = 'none' | 'after_parent' | 'after_prematch' | 'after_regex'

export interface OffsetPattern {
  readonly pattern: Pattern
  readonly offset: Offset
  readonly at: Place
}

/** Where a capture goes: a static field, or a dynamic one of this name. */
export interface OrderField {
  readonly name: string
  readonly fixed: StaticName | undefined
}

/** One `<decoder>` element, read and compiled, not yet linked to its parent. */
export interface Definition {
  readonly name: string
  readonly at: Place
  /** Text of `<parent>`; `undefined` for roots. */
  readonly parent: string | undefined
  readonly programName: Pattern | undefined
  readonly prematch: OffsetPattern | undefined
  readonly regex: OffsetPattern | undefined
  readonly order: readonly OrderField[]
  readonly plugin: { readonly plugin: Plugin; readonly offset: Offset; readonly at: Place } | undefined
  readonly fts: readonly string[]
  readonly ftsComment: string | undefined
  readonly category: Category
  readonly accumulates: boolean
  readonly usesOwnName: boolean
  readonly json: JsonOptions
}
