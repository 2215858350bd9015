import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** One bearer token: only its hash is kept. */
interface KnownToken {
  readonly digest: Buffer
  readonly cluster: string
}

export function tokenFile(home: string): string {
  return path.join(home, 'etc', 'kube-audit.tokens')
}

const line = /^([0-9a-f]{64})\s+(\S{1,63})$/
const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

/** Tokens an API server may send as `Authorization: Bearer`. Lines that are no tokens are skipped. */
export class TokenList {
  readonly #tokens: readonly KnownToken[]

  constructor(text: string) {
    this.#tokens = text.split('\n').flatMap((written) => {
      const [, digest, cluster] = line.exec(written.trim()) ?? []
      return digest === undefined || cluster === undefined
        ? []
        : [{ digest: Buffer.from(digest, 'hex'), cluster }]
    })
  }

  /** The cluster the token speaks for. Takes the same time for every wrong token. */
  cluster(token: string): string | undefined {
    const digest = digestOf(token)
    let found: string | undefined
    for (const known of this.#tokens) if (timingSafeEqual(known.digest, digest)) found = known.cluster
    return found
  }
}

export function readTokens(home: string): TokenList {
  const file = tokenFile(home)
  return new TokenList(existsSync(file) ? readFileSync(file, 'utf8') : '')
}

/** A new token for `cluster`: returned once, kept as its hash. Older tokens stay valid. */
export function addToken(home: string, cluster: string): string {
  const token = randomBytes(32).toString('base64url')
  const file = tokenFile(home)
  const before = existsSync(file)
    ? readFileSync(file, 'utf8')
    : '# SHA-256 of a token, then its cluster. Remove a line to withdraw the token.\n'
  writeFileSync(`${file}.new`, `${before}${digestOf(token).toString('hex')} ${cluster}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return token
}
