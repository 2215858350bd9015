import { hash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** 64 bits of a keyed digest. Keyed, because clients choose parts of event ids and must not be able to make two collide. */
export type Fingerprint = (eventId: string) => bigint

/** Makes a key when there is none, or none that can be one. */
export function fingerprintWith(keyFile: string): {
  readonly fingerprint: Fingerprint
  readonly isNew: boolean
} {
  const found = existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : ''
  const isNew = !/^[0-9a-f]{32}$/.test(found)
  const key = isNew ? randomBytes(16).toString('hex') : found
  if (isNew) writeFileSync(keyFile, key, { mode: 0o600, flush: true })
  const fingerprint: Fingerprint = (eventId) => {
    const value = hash('sha1', key + eventId, 'buffer').readBigUInt64LE(0)
    return value === 0n ? 1n : value // 0 marks a free place in the index
  }
  return { fingerprint, isNew }
}
