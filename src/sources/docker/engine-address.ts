import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { ConstructorOptions } from 'docker-modem'
import { sshAgent } from './ssh-agent.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface EngineAddress {
  /** Names the engine's part of the cursor: the address as configured, or `default`. */
  readonly key: string
  /** Where it leads now: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`, `ssh://me@host`. */
  readonly text: string
  /** Asked at every connection: sockets and certificates come and go while we run. */
  options(): ConstructorOptions
}

/** Everything that docker-modem would otherwise fill in from the environment of this process. */
const nothing: ConstructorOptions = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  protocol: undefined,
}

function defaultSockets(environment: Environment): string[] {
  const runtime = environment['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    path.join(homedir(), '.docker', 'run', 'docker.sock'),
    ...(runtime ? [path.join(runtime, 'docker.sock')] : []),
    '/run/podman/podman.sock',
    ...(runtime ? [path.join(runtime, 'podman', 'podman.sock')] : []),
  ]
}

/** Where engines listen by themselves: Docker, Docker Desktop, rootless Docker, Podman. The first that exists. */
export function defaultSocket(environment: Environment): string {
  const sockets = defaultSockets(environment)
  return sockets.find((socket) => existsSync(socket)) ?? '/var/run/docker.sock'
}

function certificates(environment: Environment): ConstructorOptions {
  const folder = environment['DOCKER_CERT_PATH'] ?? path.join(homedir(), '.docker')
  const read = (name: string): Buffer => readFileSync(path.join(folder, name))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}

/**
 * The `DOCKER_HOST` conventions of the docker command: `unix://`, `tcp://` (TLS with `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`), `http://`,
 * `https://`, `ssh://`; a path is a socket. Throws an Error with a sentence when the text is none of them.
 */
export function engineAddress(host: string | undefined, environment: Environment): EngineAddress {
  const text = host ?? environment['DOCKER_HOST'] ?? ''
  if (text === '') {
    return {
      key: 'default',
      get text() {
        return `unix://${defaultSocket(environment)}`
      },
      options: () => ({ ...nothing, socketPath: defaultSocket(environment) }),
    }
  }
  if (text.startsWith('/')) return unixAddress(text)
  if (text.startsWith('unix://')) return unixAddress(text.slice('unix://'.length))
  return networkAddress(text, environment)
}

function unixAddress(socketPath: string): EngineAddress {
  const text = `unix://${socketPath}`
  return { key: text, text, options: () => ({ ...nothing, socketPath }) }
}

function networkAddress(text: string, environment: Environment): EngineAddress {
  const url = parseUrl(text.includes('://') ? text : `tcp://${text}`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'ssh:') {
    const agent = sshAgent({ host, port: url.port, user: decodeURIComponent(url.username) })
    return {
      key: text,
      text,
      options: () => ({ ...nothing, protocol: 'http', host: 'docker', port: '80', agent }),
    }
  }
  const verify = environment['DOCKER_TLS_VERIFY']
  const secure = url.protocol === 'https:' || url.port === '2376' || (verify !== undefined && verify !== '')
  const port = url.port || (secure ? '2376' : '2375')
  if (!secure) return { key: text, text, options: () => ({ ...nothing, protocol: 'http', host, port }) }
  return {
    key: text,
    text,
    options: () => ({ ...nothing, protocol: 'https', host, port, ...certificates(environment) }),
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.hostname === '' || !['tcp:', 'http:', 'https:', 'ssh:'].includes(url.protocol))
    throw new Error(
      `'${text}' is not the address of a Docker engine (unix:///path, tcp://host:port or ssh://user@host)`,
    )
  return url
}
