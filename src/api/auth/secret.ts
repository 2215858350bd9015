import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 256 random bits, URL-safe. Shown to its owner once; we keep only `digest`. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Fit for random secrets only: people's passwords go through `hashPassword`. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

export interface PasswordHash {
  readonly salt: string
  readonly hash: string
  /** scrypt cost N; r is 8 and p is 1. */
  readonly cost: number
}

const cost = 2 ** 15

function derive(password: string, salt: string, N: number): Promise<Buffer> {
  const text = password.normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64url'), 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16).toString('base64url')
  return { salt, hash: (await derive(password, salt, cost)).toString('base64url'), cost }
}

const nobody: PasswordHash = { salt: 'AAAAAAAAAAAAAAAAAAAAAA', hash: '', cost }

/** Takes as long for an unknown user (`undefined`) as for a known one. */
export async function passwordMatches(password: string, stored: PasswordHash | undefined): Promise<boolean> {
  const { salt, hash, cost: N } = stored ?? nobody
  const derived = await derive(password, salt, N)
  const expected = Buffer.from(hash, 'base64url')
  return expected.length === derived.length && timingSafeEqual(expected, derived)
}
