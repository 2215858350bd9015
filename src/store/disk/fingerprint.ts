import { hash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** 64 bits of a keyed digest. Keyed, because clients choose parts of event ids and must not be able to make two collide. */
export type Fingerprint = (eventId: string) => bigint

export function fingerprintWith(keyFile: string): Fingerprint {
  if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(16).toString('hex'), { mode: 0o600 })
  const key = readFileSync(keyFile, 'utf8')
  return (eventId) => {
    const value = hash('sha1', key + eventId, 'buffer').readBigUInt64LE(0)
    return value === 0n ? 1n : value // 0 marks a free place in the index
  }
}
