import type { QuirkName } from '../config/sections/ruleset.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { CdbList } from './cdb-list.ts'
import type { MitreCatalogue } from './mitre.ts'

/**
 * Surprises of the original engine that are fixed here unless somebody asks for them back by number (spec/rules.md §9.2).
 * `if_sid` with a trailing separator also hangs the rule under its category root. Q-3: of three or more `list` only the last
 * two count. Q-4: `address_match_key_value` is inverted. Q-5: `if_matched_group` counts an event once per tree node of its rule.
 * a failing correlation search empties `previous_output`.
 */
export type Quirk = QuirkName

/** Everything besides the rule files that decides what a rule set does. Pure data: nothing here does I/O or reads a clock. */
export interface LoadContext {
  /** Names of all loaded decoders after renaming (spec/decoders.md §6.7); `decoded_as` must name one of them. */
  readonly decoderNames: ReadonlySet<string>
  /** By registered path: `etc/lists/x`. */
  readonly lists: ReadonlyMap<string, CdbList>
  readonly mitre: MitreCatalogue
  /** Alerts of this level and above are written (spec/rules.md §6.2). */
  readonly logAlertLevel: number
  /** `rule.mail` is true from this level on. */
  readonly emailAlertLevel: number
  /** Seconds, for rules without `timeframe`. */
  readonly defaultTimeframe: number
  /** At most this many `field` elements in a rule. */
  readonly maxFields: number
  /** Value of `manager.name` and of `agent.name` for agent 000. */
  readonly managerName: ByteString
  /** Minutes east of UTC at that instant, in the zone of the server. */
  utcOffsetMinutes(atMs: number): number
  readonly quirks: ReadonlySet<Quirk>
  /** Country and region of an address, `US / California`; absent without a GeoIP database. */
  readonly geoip?: (address: ByteString) => ByteString | undefined
}
