import { createServer } from 'node:net'

import type { Finding } from './source-type.ts'

export interface WantedPort {
  /** What listens there: `dashboard`, `kube_audit`. */
  readonly service: string
  readonly bind: string
  readonly port: number
  /** A manager of this home runs: it is the one that has the port. */
  readonly isRunning: boolean
}

/** Whether a port can be listened on, and what to do when not. */
export async function checkPort({ service, bind, port, isRunning }: WantedPort): Promise<Finding> {
  const title = `Port of ${service}`
  if (isRunning) return { title, state: 'ok', detail: `${bind}:${port}, used by the running manager` }
  const failure = await bindFailure(bind, port)
  if (failure === undefined) return { title, state: 'ok', detail: `${bind}:${port} is free` }
  const advice =
    failure === 'EADDRINUSE'
      ? `find who uses it with 'ss -ltnp sport = :${port}', or set another <port>`
      : failure === 'EACCES'
        ? 'choose a port above 1023, or run as root'
        : `check <bind>: ${failure}`
  return { title, state: 'error', detail: `${bind}:${port} cannot be used`, advice }
}

function bindFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
