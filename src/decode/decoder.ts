import type { DecodedEvent } from '../event/decoded-event.ts'
import type { RawEvent } from '../event/raw-event.ts'

/** Pre-decoding and decoding of events; made once per ruleset. Never throws on any event. */
export interface Decoder {
  /** `undefined`: the message is rejected (spec/decoders.md §5.1), which the caller counts. */
  decode(event: RawEvent): DecodedEvent | undefined
  /** How often a pattern of a decoder was given up because matching took too long, by name; absent: never. */
  readonly exhausted?: ReadonlyMap<string, number>
}
