import type { Place } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'

/** Attributes of `<rule>` as read (spec/rules.md §2). */
export interface RuleAttributes {
  readonly id: number
  readonly level: number
  /** As written; unset is undefined. */
  readonly frequency: number | undefined
  readonly timeframe: number | undefined
  readonly maxsize: number
  readonly ignoreSeconds: number
  readonly noAlert: boolean
  readonly overwrite: boolean
  readonly accuracy: number
}

/** A text element; repeats are joined without a separator, `type` and `negate` of the last one count. */
export interface TextDraft {
  readonly element: string
  readonly text: string
  readonly type: PatternType | undefined
  readonly negated: boolean
  readonly at: Place
  readonly contentAt: Place
  readonly repeats: number
}

export type PatternType = 'osmatch' | 'osregex' | 'pcre2'

/** One rule as its file says it: read, not yet compiled. */
export interface RuleDraft {
  readonly attributes: RuleAttributes
  readonly at: Place
  /** Name of the file-level group followed by every `<group>` of the rule. */
  readonly groupText: string
  /** By lower-case element name. */
  readonly texts: ReadonlyMap<string, TextDraft>
  /** Elements that accumulate as items of their own, in document order: `field`, `list`, `srcip`, `same_*`, `options`, `mitre`, … */
  readonly items: readonly XmlElement[]
}
