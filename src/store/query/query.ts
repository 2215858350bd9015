/** A parsed query: DQL/KQL subset, the same for URL, API, command line and live tail (docs/guide/search.md). */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  /** `field: value`; without a field the value is looked for in the whole document. */
  | {
      readonly kind: 'match'
      readonly field: string | undefined
      /** In a phrase every character means itself. Otherwise `*` is any text, and a backslash makes the next character mean itself. */
      readonly value: string
      readonly phrase: boolean
    }
  | { readonly kind: 'exists'; readonly field: string }
  | {
      readonly kind: 'range'
      readonly field: string
      readonly operator: '<' | '<=' | '>' | '>='
      readonly value: string
    }

export interface QueryError {
  readonly message: string
  /** From 0, in UTF-16 units of the query text. */
  readonly position: number
  readonly hint?: string
}
