import type { KeyPair } from '../../certs/issue.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** `HOST`, `HOST:PORT`, `[IPv6]:PORT`. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, port = '8080'] =
    /^(?:\[([0-9a-f:]+)\]|([A-Za-z0-9.-]+|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*))(?::(\d{1,5}))?$/i.exec(text) ??
    []
  const host = bracketed ?? plain
  const isPort = Number(port) >= 1 && Number(port) <= 65_535
  return host === undefined || !isPort ? undefined : { host, port: Number(port) }
}

/** A kubeconfig that the API server takes for `--audit-webhook-config-file` as it is: everything it names is inside. */
export function webhookConfig(
  { host, port }: { readonly host: string; readonly port: number },
  authority: string,
  client: KeyPair,
): object {
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}/`
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'quaywatch', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'kube-apiserver',
        user: {
          'client-certificate-data': base64(client.certificate),
          'client-key-data': base64(client.key),
        },
      },
    ],
    contexts: [{ name: 'quaywatch', context: { cluster: 'quaywatch', user: 'kube-apiserver' } }],
    'current-context': 'quaywatch',
    preferences: {},
  }
}
