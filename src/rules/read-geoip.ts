import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import type { LoadContext } from './load-context.ts'

export type GeoipName = 'srcgeoip' | 'dstgeoip'

/** The place of the source or target address; absent without a database, and for addresses it does not know. */
export function readGeoip(
  name: GeoipName,
  geoip: LoadContext['geoip'],
): (event: DecodedEvent) => ByteString | undefined {
  if (!geoip) return () => undefined
  const address = name === 'srcgeoip' ? 'srcip' : 'dstip'
  return ({ fields }) => {
    const value = fields.fixed(address)
    return value === undefined ? undefined : geoip(value)
  }
}
