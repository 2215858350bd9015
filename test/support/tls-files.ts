import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A certificate authority, and what a server and a client need of it, in two folders as the docker command expects them. */
export interface TlsFiles {
  readonly server: string
  readonly client: string
}

export function makeTlsFiles(folder: string): TlsFiles {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  mkdirSync(folder, { recursive: true })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test',
    '-days',
    '2',
  )
  const purposes = { server: 'serverAuth', client: 'clientAuth' }
  for (const [name, purpose] of Object.entries(purposes)) {
    const place = path.join(folder, name)
    mkdirSync(place)
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
    writeFileSync(path.join(folder, `${name}.ext`), `extendedKeyUsage=${purpose}\n${names}\n`)
    openssl('req', ...key, '-keyout', `${name}/key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const sign = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial']
    openssl('x509', '-req', ...sign, '-out', `${name}/cert.pem`, '-days', '2', '-extfile', `${name}.ext`)
    execFileSync('cp', [path.join(folder, 'ca.pem'), place])
  }
  return { server: path.join(folder, 'server'), client: path.join(folder, 'client') }
}
