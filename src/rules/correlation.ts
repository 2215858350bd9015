import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'

/** Reads the value that `same_*` or `different_*` compares. */
export interface Compared {
  /** For explanations: `srcip`, `field docker.id`. */
  readonly name: string
  readonly read: (event: DecodedEvent) => ByteString | undefined
}

export type CorrelationSource =
  | { readonly kind: 'sid'; readonly sid: number }
  | { readonly kind: 'group'; readonly pattern: string; matches(groupText: ByteString): boolean }
  | { readonly kind: 'regex'; readonly pattern: string; matches(log: ByteString): boolean }

/** What a correlation rule counts (spec/rules.md §3.6, §4.7). */
export interface Correlation {
  readonly source: CorrelationSource
  /** Events including the current one that make it fire: 2 or more. */
  readonly frequency: number
  readonly timeframeMs: number
  /** Counts events of every agent. */
  readonly globalFrequency: boolean
  readonly same: readonly Compared[]
  readonly different: readonly Compared[]
  /** `different_field` is used: one of the two events needs a dynamic field. */
  readonly needsDynamic: boolean
}
