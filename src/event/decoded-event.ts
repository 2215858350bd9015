import type { ByteString } from './byte-string.ts'
import type { FieldKey } from './field-key.ts'
import type { RawEvent } from './raw-event.ts'

/** Fields with an element of their own in rules. Order: that of `data` in alerts (spec/rules.md §6.4b). */
export const staticNames = [
  'protocol',
  'action',
  'srcip',
  'srcport',
  'srcuser',
  'dstip',
  'dstport',
  'dstuser',
  'id',
  'status',
  'url',
  'data',
  'extra_data',
  'system_name',
] as const
export type StaticName = (typeof staticNames)[number]

export interface Fields {
  /** `undefined` is absent; the empty string is present. */
  fixed(name: StaticName): ByteString | undefined
  /** The first dynamic field with this key. */
  dynamic(key: FieldKey): ByteString | undefined
  /** Dynamic fields in the order they were found, duplicates included. */
  entries(): Iterable<readonly [name: ByteString, value: ByteString]>
  /**
   * The dynamic fields as members of the `data` object (spec/rules.md §6.4b), joined by commas, when that is quicker than
   * placing the entries; they never have the name of a static field. `undefined`: place the entries.
   */
  membersText?(): ByteString | undefined
  /**
   * Puts the whole `data` object into `documentBytes`, from `membersFrom` on, and the message as JSON string at `at`, if it is among what the
   * fields were found in; the ends are in `written` (0 for a message that was not). False: they are written in another way.
   */
  writeData?(message: ByteString, at: number): boolean
}

export type Category =
  | 'syslog'
  | 'firewall'
  | 'ids'
  | 'web-log'
  | 'squid'
  | 'windows'
  | 'ossec'
  | 'host-information'

/** What rules and documents need to know of the decoder that was chosen (spec/decoders.md §6.7). */
export interface DecoderView {
  readonly name: string
  readonly parent: string | undefined
  readonly category: Category
  readonly ftsComment: string | undefined
  /** Parts of the first-time-seen key (spec/rules.md §4.8); empty without `<fts>`. */
  readonly fts: readonly string[]
  readonly accumulates: boolean
}

export interface Agent {
  /** `000` is the manager itself. */
  readonly id: string
  readonly name: string | undefined
  readonly ip: string | undefined
}

/** An event after pre-decoding and decoding. */
export interface DecodedEvent {
  readonly raw: RawEvent
  /** The text after the recognised header: what `match` and `regex` see. */
  readonly log: ByteString
  readonly header: {
    readonly timestamp: ByteString | undefined
    readonly hostname: ByteString | undefined
    readonly programName: ByteString | undefined
  }
  readonly agent: Agent
  /** What `<hostname>` tests: agent name, else header host, else the manager's name. */
  readonly hostname: ByteString
  /** What `<location>` tests: for agents `(name) ip->path`. */
  readonly location: ByteString
  readonly decoder: DecoderView | undefined
  readonly fields: Fields
  /** Set when a decoder knows the rule that decided already, elsewhere: no rule is to be evaluated (spec/decoders.md §6.8). */
  readonly generatingRule?: number | undefined
  /** Text inside of a forwarded alert, which documents show as `full_log` instead of the message (spec/decoders.md §6.8). */
  readonly forwardedText?: ByteString | undefined
}
