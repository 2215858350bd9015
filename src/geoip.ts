import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

import { type CityResponse, Reader } from 'mmdb-lib'

import { type ByteString, toByteString } from './event/byte-string.ts'

/** Where an address is: `US / California`, or `US` when the database knows no more. `undefined`: not known. */
export type Geoip = (address: ByteString) => ByteString | undefined

/** Answers that are remembered; the database is asked again for what was forgotten. */
const mostRemembered = 10_000

/**
 * Opens a MaxMind database with countries or cities (`.mmdb`), which is read into memory as a whole. Throws when it cannot be read or is
 * none.
 */
export function openGeoip(file: string): Geoip {
  const reader = new Reader<CityResponse>(readFileSync(file))
  const remembered = new Map<ByteString, ByteString | undefined>()
  return (address) => {
    if (remembered.has(address)) return remembered.get(address)
    const place = isIP(address) === 0 ? undefined : placeOf(reader, address)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(address, place)
    return place
  }
}

function placeOf(reader: Reader<CityResponse>, address: string): ByteString | undefined {
  try {
    const found = reader.get(address)
    const country = (found?.country ?? found?.registered_country)?.iso_code
    if (country === undefined) return undefined
    const region = found?.subdivisions?.[0]?.names.en
    return toByteString(region === undefined ? country : `${country} / ${region}`)
  } catch {
    // A damaged record is a place that is not known.
    return undefined
  }
}
