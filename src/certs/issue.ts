import { randomBytes, webcrypto } from 'node:crypto'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import type * as X509Library from '@peculiar/x509'
import type { Extension, JsonGeneralName } from '@peculiar/x509'

/** A certificate and its private key, both PEM (the key PKCS #8). */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

const dayMs = 86_400_000
/** Long enough that nobody has to hand out a new authority, short enough to end one day. */
export const authorityDays = 3650
/** Browsers refuse server certificates that live longer than 398 days. */
export const serverDays = 397
/** A client certificate lies in the API server's files and is renewed by a person. */
export const clientDays = 825

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

type X509 = typeof X509Library

const require = createRequire(import.meta.url)

/**
 * Loaded when a certificate is made, which is rare: the library costs several megabytes of memory. Imported, its files would be read
 * once more to find what each of them exports.
 */
async function library(): Promise<X509> {
  await import('reflect-metadata')
  const x509: X509 = require('@peculiar/x509')
  return x509
}

function pem(label: string, der: ArrayBuffer): string {
  const base64 = Buffer.from(der).toString('base64')
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`
}

/** Positive and 127 bits, so that two certificates never share a number. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0)
  return bytes.toString('hex')
}

interface Subject {
  readonly commonName: string
  readonly organization: string
}

const nameOf = ({ commonName, organization }: Subject) => [{ CN: [commonName] }, { O: [organization] }]

/** Clocks of two machines differ a little; a certificate made now is valid there too. */
function validity(nowMs: number, days: number) {
  return { notBefore: new Date(nowMs - 3_600_000), notAfter: new Date(nowMs + days * dayMs) }
}

/** A new certificate authority. */
export async function makeAuthority(subject: Subject, nowMs: number): Promise<KeyPair> {
  const x509 = await library()
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: nameOf(subject),
      ...validity(nowMs, authorityDays),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: pem('CERTIFICATE', certificate.rawData), key: pem('PRIVATE KEY', key) }
}

interface Leaf {
  readonly subject: Subject
  readonly days: number
  readonly extensions: (x509: X509) => readonly Extension[]
}

async function issue(authority: KeyPair, leaf: Leaf, nowMs: number): Promise<KeyPair> {
  const x509 = await library()
  const issuer = new x509.X509Certificate(authority.certificate)
  const der = Buffer.from(authority.key.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      issuer: issuer.subject,
      subject: nameOf(leaf.subject),
      ...validity(nowMs, leaf.days),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        ...leaf.extensions(x509),
      ],
    },
    webcrypto,
  )
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: pem('CERTIFICATE', certificate.rawData), key: pem('PRIVATE KEY', key) }
}

/** `names`: host names and addresses; the certificate is good for exactly these. */
export function issueServer(
  authority: KeyPair,
  names: readonly [string, ...string[]],
  nowMs: number,
): Promise<KeyPair> {
  const alternatives = names.map((value): JsonGeneralName => ({ type: isIP(value) ? 'ip' : 'dns', value }))
  const leaf: Leaf = {
    subject: { commonName: names[0], organization: 'quaywatch' },
    days: serverDays,
    extensions: (x509) => [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(alternatives),
    ],
  }
  return issue(authority, leaf, nowMs)
}

/** Organization of the client certificates the audit webhook accepts. */
export const auditClientOrganization = 'quaywatch:kube-audit'

/** A client certificate whose common name is the cluster its API server speaks for. */
export function issueClient(authority: KeyPair, cluster: string, nowMs: number): Promise<KeyPair> {
  const leaf: Leaf = {
    subject: { commonName: cluster, organization: auditClientOrganization },
    days: clientDays,
    extensions: (x509) => [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  }
  return issue(authority, leaf, nowMs)
}
