import { type Read, option, repeated, seconds } from '../../config/option.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'

/** `<api_server cluster="prod-eu">https://10.0.0.1:6443</api_server>`. */
export interface WrittenServer {
  readonly cluster: string | undefined
  readonly url: string
}

function readServer({ content, attributes }: XmlElement): Read<WrittenServer> {
  const accepts = 'must be the address of an API server such as https://10.0.0.1:6443'
  if (!URL.canParse(content)) return { wrong: accepts }
  const url = new URL(content)
  if (url.protocol !== 'https:' || url.username !== '' || url.search !== '') return { wrong: accepts }
  if (url.pathname === '/') url.pathname = '/metrics'
  const cluster = attributes.find(({ name }) => name === 'cluster')?.value
  return { value: { cluster, url: url.href } }
}

const file = (element: string, summary: string) =>
  option<string | undefined>(element, undefined, summary, {
    accepts: 'an absolute path',
    read: ({ content }) =>
      content.startsWith('/') ? { value: content } : { wrong: 'must be an absolute path' },
  })

/** Options of `<kube_audit>` for comparing what API servers say they sent with what came. */
export const scrapeOptions = {
  apiServers: repeated(
    'api_server',
    'API server whose apiserver_audit_* counters are compared with what came from its cluster. Name every API server of the cluster. The attribute cluster names it; without it the option cluster does.',
    { accepts: 'an address such as https://10.0.0.1:6443', read: readServer },
  ),
  apiServerCa: file('api_server_ca', 'Authority of the API servers (PEM). Without it those of the system.'),
  apiServerToken: file(
    'api_server_token',
    'File with a bearer token that may get /metrics; read again every time.',
  ),
  apiServerInterval: seconds('api_server_interval', 60, 'How often the counters are asked for.'),
}
