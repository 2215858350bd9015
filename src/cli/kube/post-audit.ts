import { request } from 'node:https'

import { clientFiles, ensureAuthority, readPair, renewClient } from '../../certs/certificate-folder.ts'

export interface Webhook {
  readonly home: string
  readonly cluster: string
  readonly host: string
  readonly port: number
}

/** Posts a body to the audit webhook as the API server of `cluster` would. Rejects when nobody answers. */
export async function postAudit(
  { home, cluster, host, port }: Webhook,
  body: Buffer | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { certificate: ca } = await ensureAuthority(home, Date.now())
  const { certificate: cert, key } =
    (await readPair(clientFiles(home, cluster))) ?? (await renewClient(home, cluster, Date.now()))
  return new Promise((resolve, reject) => {
    const sent = request(
      { host, port, method: 'POST', path: '/', agent: false, ca, cert, key, timeout: 60_000, headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    sent.on('timeout', () => sent.destroy(new Error('no answer within a minute')))
    sent.on('error', reject)
    sent.end(body)
  })
}
