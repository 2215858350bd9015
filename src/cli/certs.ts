import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  certificateFacts,
  certificateFolder,
  clientFiles,
  ensureAuthority,
  filesOf,
  renewClient,
  renewServer,
} from '../certs/certificate-folder.ts'
import { ensureServerCertificate, localNames } from '../certs/server-certificate.ts'
import type { Command } from './command.ts'
import { homeFolder } from '../home.ts'

const usage = `quaywatch certs show                 what is there and how long it is valid
quaywatch certs issue --client CLUSTER   a client certificate for the API servers of CLUSTER
quaywatch certs issue --name NAME …      the server certificate, good for NAME (host or address) too
quaywatch certs renew                    server and all client certificates, same names, new dates

  --home DIR   home directory (certificates lie in etc/certs)

A running manager takes new files within seconds. The authority (ca.pem) stays as it is, so what trusts it goes on.`

const print = (line: string) => process.stdout.write(`${line}\n`)

function describe(label: string, file: string): void {
  const { subject, names, notAfterMs, fingerprint } = certificateFacts(readFileSync(file, 'utf8'))
  const days = Math.floor((notAfterMs - Date.now()) / 86_400_000)
  print(`${label}  ${file}`)
  print(`  ${subject}${names.length > 0 ? ` for ${names.join(', ')}` : ''}`)
  print(`  ${days < 0 ? 'EXPIRED' : `valid ${days} more days`}, until ${new Date(notAfterMs).toISOString()}`)
  print(`  SHA-256 ${fingerprint}`)
}

function clusters(home: string): readonly string[] {
  const folder = path.join(certificateFolder(home), 'clients')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => (name.endsWith('.pem') ? [name.slice(0, -4)] : []))
}

function show(home: string): number {
  const known = [
    ['authority', filesOf(home, 'ca').certificateFile],
    ['server   ', filesOf(home, 'server').certificateFile],
    ...clusters(home).map((cluster) => ['client   ', clientFiles(home, cluster).certificateFile]),
  ] as const
  const there = known.filter(([, file]) => file !== undefined && existsSync(file))
  for (const [label = '', file = ''] of there) describe(label, file)
  if (there.length > 0) return 0
  print(`no certificates in ${certificateFolder(home)} yet: the manager makes them at its first start`)
  return 1
}

async function issue(home: string, client: string | undefined, names: readonly string[]): Promise<number> {
  if (client === undefined && names.length === 0) {
    process.stderr.write(`what shall be issued?\n\n${usage}\n`)
    return 2
  }
  if (client !== undefined) {
    await renewClient(home, client, Date.now())
    describe('client   ', clientFiles(home, client).certificateFile)
  }
  if (names.length > 0) {
    const { certificateFile, missing } = await ensureServerCertificate(home, names)
    describe('server   ', certificateFile)
    if (missing.length > 0) {
      process.stderr.write(`${certificateFile} is of another authority and lacks ${missing.join(', ')}\n`)
      return 1
    }
  }
  return 0
}

async function renew(home: string): Promise<number> {
  await ensureAuthority(home, Date.now())
  const { certificateFile } = filesOf(home, 'server')
  const before = existsSync(certificateFile)
    ? certificateFacts(readFileSync(certificateFile, 'utf8')).names
    : []
  const [first, ...rest] = localNames()
  await renewServer(home, [first, ...new Set([...rest, ...before])], Date.now())
  for (const cluster of clusters(home)) await renewClient(home, cluster, Date.now())
  return show(home)
}

export const command: Command = {
  name: 'certs',
  summary: 'Certificates of the dashboard and the audit webhook: issue, show, renew',
  usage,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        home: { type: 'string' },
        client: { type: 'string' },
        name: { type: 'string', multiple: true, default: [] },
      },
    })
    const home = homeFolder(values.home)
    const [action = 'show'] = positionals
    if (action === 'show') return show(home)
    if (action === 'issue') return issue(home, values.client, values.name)
    if (action === 'renew') return renew(home)
    process.stderr.write(`${JSON.stringify(action)} is not an action of certs\n\n${usage}\n`)
    return 2
  },
}
