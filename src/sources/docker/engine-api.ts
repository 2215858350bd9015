import type DockerModem from 'docker-modem'
import { accessSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { EngineAddress } from './engine-address.ts'

/** What we use of the Engine API; read-only. */
export interface EngineApi {
  readonly address: string
  /** The parsed answer of a GET; rejects with an Error that may carry `statusCode` or `code`. */
  get(path: string, query: Query, signal: AbortSignal): Promise<unknown>
  /** `GET /events`: newline-delimited JSON until `signal` aborts, `until` is reached or the engine ends it. */
  events(query: Query, signal: AbortSignal): Promise<Readable>
}

export type Query = Readonly<Record<string, string>>

const answerTimeoutMs = 10_000
const statusCodes = { 200: true, 400: 'bad request', 404: 'not found', 500: 'engine error' }

const require = createRequire(import.meta.url)
let library: typeof DockerModem | undefined

/** Loaded when there is an engine to talk to: with its way through ssh it costs several megabytes. Throws ENOENT where there is no socket. */
function modemFor(address: EngineAddress): DockerModem {
  const options = address.options()
  if (!library && options.socketPath !== undefined) accessSync(options.socketPath)
  const Modem: typeof DockerModem = library ?? require('docker-modem')
  library = Modem
  return new Modem(options)
}

export function engineApi(address: EngineAddress): EngineApi {
  const dial = (path: string, query: Query, isStream: boolean, signal: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      // Made anew for each request: sockets and certificates may have come or changed since.
      const modem = modemFor(address)
      const asked = Object.keys(query).length > 0
      const options = {
        path: asked ? `${path}?` : path,
        method: 'GET',
        isStream,
        statusCodes,
        abortSignal: signal,
      }
      modem.dial(asked ? { ...options, options: { _query: query } } : options, (error, answer) =>
        error ? reject(error) : resolve(answer),
      )
    })
  return {
    get address() {
      return address.text
    },
    get: (path, query, signal) =>
      dial(path, query, false, AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])),
    events: async (query, signal) => {
      const answer = await dial('/events', query, true, signal)
      if (!(answer instanceof Readable))
        throw new Error('the engine answered the request for events without a stream')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- docker-modem hands out the response of node:http
      const response = answer as IncomingMessage
      const end = (): void => void response.destroy()
      signal.addEventListener('abort', end, { once: true })
      response.once('close', () => signal.removeEventListener('abort', end))
      return response
    },
  }
}
