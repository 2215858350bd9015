import type { ByteString } from '../event/byte-string.ts'
import type { Category } from '../event/decoded-event.ts'
import type { RawEvent } from '../event/raw-event.ts'
import type { EventFields } from './event-fields.ts'

/** How JSON values become field values (spec/decoders.md §6.3, §6.9). */
export interface JsonOptions {
  readonly nulls: 'string' | 'discard'
  readonly arrays: 'array' | 'csv'
}

/** One event in the hands of a plugin decoder. */
export interface PluginInput {
  readonly raw: RawEvent
  /** The text after the header. Plugins other than JSON ones read all of it, whatever the offset says. */
  readonly log: ByteString
  /** Where the `offset` of the decoder says that the input starts in `log`. */
  readonly start: number
  readonly json: JsonOptions
  /** The decoder that asks: what a plugin remembers belongs to one of these. */
  readonly session: object
  /** Where values go; what earlier members of the chain found is in it. */
  readonly fields: EventFields
  /** What this event differs in from what its decoder and header say. */
  readonly overrides: EventOverrides
}

/** Set by plugins for this event only; the decoder itself never changes. */
export interface EventOverrides {
  category?: Category
  log?: ByteString
  location?: ByteString
  hostname?: ByteString
  /** The rule that already decided, so that no rule is evaluated. */
  generatingRule?: number
}

/**
 * What `<plugin_decoder>` names. `decode` is called for every event whose decoder has it, never throws, and costs time
 * linear in the length of the log.
 */
export interface Plugin {
  readonly name: string
  decode(input: PluginInput): void
}
