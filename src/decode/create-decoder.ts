import type { MatchBudget } from '../dialect/match-budget.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { RawEvent } from '../event/raw-event.ts'
import { Accumulator } from './accumulator.ts'
import type { Decoder } from './decoder.ts'
import { EventFields } from './event-fields.ts'
import { readHeader } from './header.ts'
import type { Decoders } from './load-decoders.ts'
import { type Origin, readOrigin } from './location.ts'
import { Decoded } from './decoded.ts'
import { extractFields } from './extraction.ts'
import type { RootLists } from './root-lists.ts'
import { selectDecoder } from './selection.ts'

export interface DecoderOptions {
  /** Name of the manager: the hostname of events that have none. */
  readonly hostname: string
  /** Dynamic fields per event (`decoder_order_size`); default: no limit. */
  readonly fieldLimit?: number
}

/** Locations remembered with their agents. */
const origins = 4096

/**
 * Pre-decoding and decoding with loaded decoders. Cheap to make: what it holds besides the decoders is the memory of `accumulate`,
 * so a session of its own is a decoder of its own.
 */
export function createDecoder(decoders: Decoders, options: DecoderOptions): Decoder {
  return new EventDecoder(decoders, options)
}

class EventDecoder implements Decoder {
  readonly exhausted: ReadonlyMap<string, number>
  readonly #lists: RootLists
  readonly #budget: MatchBudget
  readonly #hostname: string
  readonly #fieldLimit: number
  readonly #accumulator = new Accumulator()
  readonly #origins = new Map<ByteString, Origin | undefined>()

  constructor(decoders: Decoders, { hostname, fieldLimit = Infinity }: DecoderOptions) {
    this.exhausted = decoders.exhausted
    this.#lists = decoders.lists
    this.#budget = decoders.budget
    this.#hostname = hostname
    this.#fieldLimit = fieldLimit
  }

  decode(raw: RawEvent): DecodedEvent | undefined {
    const origin = this.#originOf(raw.location)
    if (origin === undefined) return undefined
    const header = readHeader(untilNul(raw.text))
    this.#budget.refill(header.log.length)
    const hostname = origin.hostname ?? header.hostname ?? this.#hostname
    const fields = new EventFields(this.#fieldLimit)
    if (raw.facts !== undefined) fields.addPart(raw.facts, 0)
    const selected = selectDecoder(this.#lists, header.programName, header.log)
    if (selected === undefined)
      return new Decoded({ raw, header, origin, hostname, fields, decoder: undefined, overrides: undefined })
    const overrides = extractFields(selected, { raw, log: header.log, fields, session: this })
    const { view } = selected
    if (view.accumulates) this.#accumulator.apply(fields, hostname, view.name, raw.receivedAtMs)
    return new Decoded({ raw, header, origin, hostname, fields, decoder: view, overrides })
  }

  #originOf(location: ByteString): Origin | undefined {
    const known = this.#origins.get(location)
    if (known !== undefined) return known
    if (this.#origins.size >= origins) this.#origins.clear()
    const origin = readOrigin(location)
    this.#origins.set(location, origin)
    return origin
  }
}

/** Text ends at its first NUL (spec/decoders.md §0). */
function untilNul(text: ByteString): ByteString {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}
