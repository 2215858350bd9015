import { X509Certificate, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { issueClient, issueServer, makeAuthority } from './issue.ts'
import type { KeyPair } from './issue.ts'

/** Where certificates of a home directory lie. Keys are 0600, the folder is 0700. */
export function certificateFolder(home: string): string {
  return path.join(home, 'etc', 'certs')
}

export interface CertificateFiles {
  readonly certificateFile: string
  readonly keyFile: string
}

export function filesOf(home: string, name: string): CertificateFiles {
  const base = path.join(certificateFolder(home), name)
  return { certificateFile: `${base}.pem`, keyFile: `${base}.key` }
}

/** Cluster names become file names and common names: no path parts, no surprises. */
const clusterName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

export function isClusterName(name: string): boolean {
  return clusterName.test(name)
}

export async function readPair(files: CertificateFiles): Promise<KeyPair | undefined> {
  if (!existsSync(files.certificateFile) || !existsSync(files.keyFile)) return undefined
  const [certificate, key] = await Promise.all([
    readFile(files.certificateFile, 'utf8'),
    readFile(files.keyFile, 'utf8'),
  ])
  return { certificate, key }
}

/** Writes beside the file and renames over it, so that a reader never sees half a key. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, file)
}

async function writePair(files: CertificateFiles, pair: KeyPair): Promise<void> {
  await mkdir(path.dirname(files.keyFile), { recursive: true, mode: 0o700 })
  await replaceFile(files.keyFile, pair.key)
  await replaceFile(files.certificateFile, pair.certificate)
}

/** Of two processes that start at once, the one that links its key first made the authority; the other reads it. */
async function claimAuthority(files: CertificateFiles, made: KeyPair): Promise<boolean> {
  const draft = `${files.keyFile}.${randomUUID()}.new`
  await writeFile(draft, made.key, { mode: 0o600 })
  try {
    await link(draft, files.keyFile)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft)
  }
  await replaceFile(files.certificateFile, made.certificate)
  return true
}

/** The certificate authority of this home directory, made on first use. */
export async function ensureAuthority(home: string, nowMs: number): Promise<KeyPair> {
  const files = filesOf(home, 'ca')
  const known = await readPair(files)
  if (known) return known
  await mkdir(certificateFolder(home), { recursive: true, mode: 0o700 })
  await chmod(certificateFolder(home), 0o700)
  const made = await makeAuthority({ commonName: 'Quaywatch CA', organization: 'quaywatch' }, nowMs)
  if (await claimAuthority(files, made)) return made
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const other = await readPair(files)
    if (other) return other
    await wait(50)
  }
  throw new Error(
    `${files.keyFile} is there but ${files.certificateFile} is not; remove the key to start anew`,
  )
}

export async function renewServer(
  home: string,
  names: readonly [string, ...string[]],
  nowMs: number,
): Promise<KeyPair> {
  const pair = await issueServer(await ensureAuthority(home, nowMs), names, nowMs)
  await writePair(filesOf(home, 'server'), pair)
  return pair
}

export const clientFiles = (home: string, cluster: string) => filesOf(home, path.join('clients', cluster))

/** A new client certificate for the API servers of `cluster`; an older one stays valid until it expires. */
export async function renewClient(home: string, cluster: string, nowMs: number): Promise<KeyPair> {
  if (!isClusterName(cluster))
    throw new Error(
      `${JSON.stringify(cluster)} is not a cluster name: letters, digits, '.', '_' and '-', up to 63`,
    )
  const pair = await issueClient(await ensureAuthority(home, nowMs), cluster, nowMs)
  await writePair(clientFiles(home, cluster), pair)
  return pair
}

export interface CertificateFacts {
  readonly subject: string
  readonly names: readonly string[]
  readonly notAfterMs: number
  readonly fingerprint: string
}

/** What a person or a check wants to know of a PEM certificate. Throws when it is none. */
export function certificateFacts(pemText: string): CertificateFacts {
  const certificate = new X509Certificate(pemText)
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return {
    subject: certificate.subject.split('\n').join(', '),
    names: names.filter((name) => name !== ''),
    notAfterMs: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  }
}
