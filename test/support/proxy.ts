// A reverse proxy of the plainest kind: one path of it is the dashboard, everything else belongs to others.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import { ensureServerCertificate } from '../../src/certs/server-certificate.ts'
import type { Dashboard } from './dashboard.ts'

export interface Proxy {
  readonly origin: string
  /** Paths asked for that are not below the base path. */
  readonly strays: readonly string[]
  close(): Promise<void>
}

/** Passes what is below `basePath` on with its path and host unchanged, as it streams. */
export async function startProxy(dashboard: Dashboard, basePath: string): Promise<Proxy> {
  const strays: string[] = []
  const { certificate, key } = await ensureServerCertificate(dashboard.home)
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const { url = '/', method = 'GET', headers } = asked
    if (!url.startsWith(basePath)) {
      strays.push(url)
      answer.writeHead(404).end()
      return
    }
    const onward = request(`${dashboard.origin}${url}`, { method, headers, rejectUnauthorized: false })
    onward.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.on('error', () => answer.destroy())
      got.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  }
  const server = createServer({ cert: certificate, key }, pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return {
    origin: `https://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`,
    strays,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
