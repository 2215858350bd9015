import type { ByteString } from '../event/byte-string.ts'
import type { Agent, DecodedEvent, DecoderView, Fields } from '../event/decoded-event.ts'
import type { RawEvent } from '../event/raw-event.ts'
import type { Header } from './header.ts'
import type { Origin } from './location.ts'
import type { EventOverrides } from './plugin.ts'

export interface DecodedParts {
  readonly raw: RawEvent
  readonly header: Header
  readonly origin: Origin
  readonly hostname: ByteString
  readonly fields: Fields
  readonly decoder: DecoderView | undefined
  readonly overrides: EventOverrides | undefined
}

/** All members are set here and in this order: rules read millions of them. */
export class Decoded implements DecodedEvent {
  readonly raw: RawEvent
  readonly log: ByteString
  readonly header: Header
  readonly agent: Agent
  readonly hostname: ByteString
  readonly location: ByteString
  readonly decoder: DecoderView | undefined
  readonly fields: Fields
  readonly generatingRule: number | undefined
  readonly forwardedText: ByteString | undefined

  constructor({ raw, header, origin, hostname, fields, decoder, overrides }: DecodedParts) {
    this.raw = raw
    this.log = overrides?.log ?? header.log
    this.header = header
    this.agent = origin.agent
    this.hostname = overrides?.hostname ?? hostname
    this.location = overrides?.location ?? origin.location
    const category = overrides?.category
    this.decoder = decoder !== undefined && category !== undefined ? { ...decoder, category } : decoder
    this.fields = fields
    this.generatingRule = overrides?.generatingRule
    this.forwardedText = this.generatingRule === undefined ? undefined : overrides?.log
  }
}
