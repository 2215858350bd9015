import type { TLSSocket } from 'node:tls'

import { auditClientOrganization } from '../../certs/issue.ts'
import type { Refusal } from '../../telemetry/kube-audit.ts'
import type { TokenList } from './token-file.ts'

export type AuthMethod = 'mtls' | 'token' | 'none'

/** Who sends, as far as its credentials prove. */
export type Peer =
  | { readonly kind: 'known'; readonly cluster: string; readonly client: string }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly detail: string }

const refused = (reason: Refusal, detail: string): Peer => ({ kind: 'refused', reason, detail })

/** What a certificate proves; `undefined` when none was shown. Asked once per connection. */
export function peerOfCertificate(socket: TLSSocket): Peer | undefined {
  const { subject, fingerprint256 } = socket.getPeerCertificate()
  if (fingerprint256 === undefined) return undefined
  if (!socket.authorized) {
    const code = String(socket.authorizationError)
    return refused(code === 'CERT_HAS_EXPIRED' ? 'expired-certificate' : 'unknown-authority', code)
  }
  if (subject.O !== auditClientOrganization || typeof subject.CN !== 'string')
    return refused('not-an-audit-client', `the certificate is not of organization ${auditClientOrganization}`)
  return { kind: 'known', cluster: subject.CN, client: fingerprint256 }
}

/** What a bearer token proves; `undefined` when none was sent. */
export function peerOfToken(authorization: string | undefined, tokens: TokenList): Peer | undefined {
  const [, token] = /^Bearer +(\S{1,512})$/i.exec(authorization ?? '') ?? []
  if (authorization === undefined) return undefined
  const cluster = token === undefined ? undefined : tokens.cluster(token)
  if (cluster === undefined) return refused('wrong-token', 'the bearer token is not known')
  return { kind: 'known', cluster, client: `token ${cluster}` }
}
