import type { Place } from './problem.ts'

export interface XmlAttribute {
  readonly name: string
  readonly value: string
  readonly at: Place
}

/** One element of the rule and configuration dialect (spec/rules.md §1.3). Nothing is trimmed or decoded. */
export interface XmlElement {
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  /** The text after the last child, or the whole text without children. */
  readonly content: string
  readonly children: readonly XmlElement[]
  /** Of the opening `<`. */
  readonly at: Place
  /** Of the first character of the content. */
  readonly contentAt: Place
}
