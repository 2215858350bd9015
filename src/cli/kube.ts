import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { parseDocument, stringify } from 'yaml'

import { certificateFacts, isClusterName, renewClient } from '../certs/certificate-folder.ts'
import { ensureServerCertificate } from '../certs/server-certificate.ts'
import { homeFolder } from '../home.ts'
import { addToken } from '../sources/kube-audit/token-file.ts'
import type { Command } from './command.ts'
import { auditPolicy, type Profile } from './kube/audit-policy.ts'
import { check } from './kube/check.ts'
import { instructions, kindConfig, kubeadmConfig, rancherConfig } from './kube/instructions.ts'
import { patchedManifest } from './kube/manifest.ts'
import { parseAddress, webhookConfig } from './kube/webhook-config.ts'

const usage = `quaywatch kube setup --address HOST[:PORT] --out DIR [options]
  writes what an API server needs to send its audit events here: audit policy, webhook kubeconfig with a client
  certificate inside, and README.txt with the steps for kubeadm, minikube, kind, k3s and RKE2

quaywatch kube setup --check [--address HOST[:PORT]]
  sends a harmless event the same way and follows it to an alert

quaywatch kube setup --manifest FILE
  sets the flags in the manifest of a kubeadm API server; keeps a backup, may be done again

  --address HOST[:PORT]   where API servers reach this manager (port: 8080)
  --out DIR               where the files go
  --cluster NAME          name of the cluster, in its certificate and in every event (default: default)
  --profile minimal|full  how much the audit policy records (default: minimal, which feeds every rule)
  --token                 also make a bearer token, shown once
  --home DIR              home directory of the manager`

const print = (line: string) => process.stdout.write(`${line}\n`)

interface Setup {
  readonly home: string
  readonly address: { readonly host: string; readonly port: number }
  readonly out: string
  readonly cluster: string
  readonly profile: Profile
  readonly token: boolean
}

/** Generated YAML is read back before anybody relies on it. */
function yaml(value: object): string {
  const text = stringify(value, { lineWidth: 0 })
  const [problem] = parseDocument(text).errors
  if (problem) throw new Error(`generated YAML cannot be read: ${problem.message}`)
  return text
}

async function setup({ home, address, out, cluster, profile, token }: Setup): Promise<number> {
  const { authority, missing, certificateFile } = await ensureServerCertificate(home, [address.host])
  if (missing.length > 0) {
    process.stderr.write(
      `${certificateFile} is of your own authority and does not cover ${missing.join(', ')}\n`,
    )
    return 1
  }
  const client = await renewClient(home, cluster, Date.now())
  mkdirSync(out, { recursive: true, mode: 0o700 })
  const shown = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
  const expires = new Date(certificateFacts(client.certificate).notAfterMs).toISOString().slice(0, 10)
  const files: Readonly<Record<string, string>> = {
    'audit-policy.yaml': yaml(auditPolicy(profile)),
    'audit-webhook.yaml': yaml(webhookConfig(address, authority, client)),
    'client.pem': client.certificate,
    'client.key': client.key,
    'ca.pem': authority,
    'kubeadm-v1beta3.yaml': kubeadmConfig('v1beta3'),
    'kubeadm-v1beta4.yaml': kubeadmConfig('v1beta4'),
    'kind-cluster.yaml': kindConfig(path.resolve(out)),
    'k3s-config.yaml': rancherConfig('/var/lib/rancher/k3s/server/audit'),
    'rke2-config.yaml': rancherConfig('/var/lib/rancher/rke2/server/audit'),
    'README.txt': instructions({ address: shown, cluster, folder: path.resolve(out), expires }),
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(out, name), text, { mode: 0o600 })
    chmodSync(path.join(out, name), 0o600)
  }
  print(`Written to ${out}: ${Object.keys(files).join(', ')}`)
  if (token) print(`Bearer token of ${cluster}, shown once: ${addToken(home, cluster)}`)
  print(
    `The client certificate of cluster ${cluster} is valid until ${expires}. Next: ${path.join(out, 'README.txt')}`,
  )
  return 0
}

function patchManifest(file: string): number {
  const before = readFileSync(file, 'utf8')
  const after = patchedManifest(before)
  if (after === before) {
    print(`${file} has all of it already`)
    return 0
  }
  // Beside the manifest the kubelet would start the backup as a pod of its own.
  const folder = path.dirname(path.resolve(file))
  const backup = `${path.basename(folder) === 'manifests' ? path.join(folder, '..', path.basename(file)) : file}.before-quaywatch`
  if (!existsSync(backup)) copyFileSync(file, backup)
  writeFileSync(file, after)
  print(`${file} is patched, what it was before is in ${backup}`)
  return 0
}

function wrong(message: string): number {
  process.stderr.write(`${message}\n\n${usage}\n`)
  return 2
}

export const command: Command = {
  name: 'kube',
  summary: 'Writes what an API server needs to send its audit events here; checks the way.',
  usage,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        address: { type: 'string' },
        out: { type: 'string' },
        cluster: { type: 'string', default: 'default' },
        profile: { type: 'string', default: 'minimal' },
        token: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        manifest: { type: 'string' },
        home: { type: 'string' },
      },
    })
    const { cluster, profile, out, token } = values
    if (positionals[0] !== 'setup') return wrong("'kube setup' is all there is")
    if (values.manifest !== undefined) return patchManifest(values.manifest)
    const address = parseAddress(values.address ?? (values.check ? '127.0.0.1' : ''))
    if (address === undefined) return wrong('--address HOST[:PORT] says where API servers reach this manager')
    if (!isClusterName(cluster))
      return wrong(`${JSON.stringify(cluster)} is no cluster name: letters, digits, '.', '_', '-'`)
    const home = homeFolder(values.home)
    if (values.check) return check({ home, cluster, ...address }, print)
    if (profile !== 'minimal' && profile !== 'full') return wrong('--profile is minimal or full')
    if (out === undefined) return wrong('--out DIR says where the files go')
    return setup({ home, address, out, cluster, profile, token })
  },
}
