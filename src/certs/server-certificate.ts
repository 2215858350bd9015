import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { ensureAuthority, filesOf, readPair, renewServer } from './certificate-folder.ts'
import type { KeyPair } from './issue.ts'

export interface ServerCertificate extends KeyPair {
  /** PEM of the authority that clients trust. */
  readonly authority: string
  readonly certificateFile: string
  readonly keyFile: string
  readonly authorityFile: string
  readonly notAfterMs: number
  /** Names that were asked for and a certificate of the operator's own does not cover. */
  readonly missing: readonly string[]
}

const renewBeforeMs = 30 * 86_400_000

/** What every certificate of ours is good for, whatever else is asked. */
export function localNames(): readonly [string, ...string[]] {
  const own = hostname().toLowerCase()
  const names = ['localhost', '127.0.0.1', '::1'] as const
  return /^[a-z0-9.-]{1,253}$/.test(own) && !names.some((name) => name === own) ? [own, ...names] : [...names]
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
}

function ownNames(certificate: X509Certificate): readonly string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''))
    .filter((name) => name !== '')
}

/**
 * The certificate the dashboard and the audit webhook show, in `etc/certs/server.{pem,key}`. Made on first use, made again when it expires
 * within 30 days or a name is missing; names it already had are kept. A pair that another authority issued is used as it is.
 */
export async function ensureServerCertificate(
  home: string,
  names: readonly string[] = [],
  nowMs: number = Date.now(),
): Promise<ServerCertificate> {
  const authority = await ensureAuthority(home, nowMs)
  const files = filesOf(home, 'server')
  const result = (pair: KeyPair, missing: readonly string[]): ServerCertificate => ({
    ...pair,
    ...files,
    missing,
    authority: authority.certificate,
    authorityFile: filesOf(home, 'ca').certificateFile,
    notAfterMs: Date.parse(new X509Certificate(pair.certificate).validTo),
  })
  const wanted = [...localNames(), ...names]
  const known = await readPair(files)
  if (!known) return result(await renewServer(home, distinct(wanted), nowMs), [])
  const certificate = new X509Certificate(known.certificate)
  const missing = wanted.filter((name) => !covers(certificate, name))
  if (!certificate.verify(new X509Certificate(authority.certificate).publicKey))
    return result(
      known,
      missing.filter((name) => names.includes(name)),
    )
  const expires = Date.parse(certificate.validTo) - nowMs < renewBeforeMs
  if (missing.length === 0 && !expires) return result(known, [])
  const together = distinct([...wanted, ...ownNames(certificate)])
  return result(await renewServer(home, together, nowMs), [])
}

function distinct(names: readonly string[]): readonly [string, ...string[]] {
  const [first = 'localhost', ...rest] = new Set(names)
  return [first, ...rest]
}
