import type { Place } from '../dialect/problem.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { CdbList } from './cdb-list.ts'

export const lookupKinds = [
  'match_key',
  'not_match_key',
  'match_key_value',
  'address_match_key',
  'not_address_match_key',
  'address_match_key_value',
] as const
export type LookupKind = (typeof lookupKinds)[number]

/** One `<list>` of a rule (spec/rules.md §3.7). */
export interface ListLookup {
  readonly list: CdbList
  readonly field: string
  readonly kind: LookupKind
  readonly at: Place
  /** Tests the value of the found key; absent: a `*_value` lookup never holds. */
  readonly checkValue: ((value: ByteString) => boolean) | undefined
  read(event: DecodedEvent): ByteString | undefined
}

/** `invertsAddressValue` keeps the original's inverted `address_match_key_value`. */
export function lookupHolds(lookup: ListLookup, event: DecodedEvent, invertsAddressValue: boolean): boolean {
  const key = lookup.read(event)
  if (key === undefined) return false
  const { list, kind, checkValue } = lookup
  switch (kind) {
    case 'match_key':
      return list.get(key) !== undefined
    case 'not_match_key':
      return list.get(key) === undefined
    case 'address_match_key':
      return list.getAddress(key) !== undefined
    case 'not_address_match_key':
      return list.getAddress(key) === undefined
    case 'match_key_value':
      return valueHolds(list.get(key), checkValue)
    case 'address_match_key_value':
      return valueHolds(list.getAddress(key), checkValue) !== invertsAddressValue
  }
}

function valueHolds(
  value: ByteString | undefined,
  check: ((value: ByteString) => boolean) | undefined,
): boolean {
  return value !== undefined && check !== undefined && check(value)
}
