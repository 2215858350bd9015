import { objectOf, textOf } from './json-object.ts'

/** Why an engine cannot be read, and what a person can do about it. */
export interface Explanation {
  readonly detail: string
  readonly advice: string
}

export function codeOf(error: unknown): string {
  return textOf(objectOf(error)['code'])
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}

export function explain(error: unknown, address: string): Explanation {
  const code = codeOf(error)
  const socket = address.startsWith('unix://') ? address.slice('unix://'.length) : undefined
  if (socket !== undefined && code in unixCases) return unixCases[code]?.(socket) ?? other(error, address)
  if (code in networkCases)
    return { detail: `${address}: ${messageOf(error)}`, advice: networkCases[code] ?? '' }
  return other(error, address)
}

const unixCases: Readonly<Record<string, (socket: string) => Explanation>> = {
  ENOENT: (socket) => ({
    detail: `there is no Docker socket at ${socket}`,
    advice:
      'Start the engine (systemctl start docker). For rootless Docker set DOCKER_HOST=unix://$XDG_RUNTIME_DIR/docker.sock; for Podman enable podman.socket; ' +
      'inside a container mount the socket with -v /var/run/docker.sock:/var/run/docker.sock.',
  }),
  EACCES: (socket) => ({
    detail: `no permission to open ${socket}`,
    advice: `Run as root, or add this user to the group that owns the socket (usermod -aG docker USER, then log in again; see ls -l ${socket}). That group is equal to root.`,
  }),
  ECONNREFUSED: (socket) => ({
    detail: `nothing listens on ${socket}; the engine has stopped`,
    advice: 'Start the engine (systemctl start docker) and look at its log (journalctl -u docker).',
  }),
  ENOTSOCK: (socket) => ({
    detail: `${socket} is not a socket`,
    advice:
      'A directory or file of that name is often left behind by a container that mounted it before the engine ran: remove it and start the engine.',
  }),
}

const networkCases: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'Nothing listens there: check host and port of DOCKER_HOST and that the engine was started with -H.',
  ENOTFOUND: 'The name of the host is not known here: check DOCKER_HOST.',
  SSH: 'Try as this user: ssh HOST docker system dial-stdio. It must ask for nothing: keys without passphrase or in an agent, and a known host key.',
  EHOSTUNREACH: 'There is no way to that host: check DOCKER_HOST and the network.',
  ETIMEDOUT: 'The host does not answer: check DOCKER_HOST, the network and firewalls in between.',
  ECONNRESET:
    'The engine hung up: a TLS port needs DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, a plain one must not have them.',
  EPROTO:
    'This is not a TLS port: unset DOCKER_TLS_VERIFY, or use the port where the engine speaks TLS (2376).',
  ENOENT: 'Certificates are missing: DOCKER_CERT_PATH must name a folder with ca.pem, cert.pem and key.pem.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is not signed by ca.pem in DOCKER_CERT_PATH.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate is not signed by ca.pem in DOCKER_CERT_PATH.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate is not signed by ca.pem in DOCKER_CERT_PATH.',
  CERT_HAS_EXPIRED: 'The certificate of the engine has expired: renew it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the engine does not name the host in DOCKER_HOST.',
}

function other(error: unknown, address: string): Explanation {
  const status = objectOf(error)['statusCode']
  if (status === 400 || status === 404)
    return {
      detail: `${address} answers, but not as a Docker engine: ${messageOf(error)}`,
      advice:
        'Check that DOCKER_HOST leads to a Docker or Podman engine and that a proxy in between allows GET on /_ping, /info, /events, /containers and /exec.',
    }
  return {
    detail: `${address}: ${messageOf(error)}`,
    advice: 'Check with: docker version. The log of the engine may say more (journalctl -u docker).',
  }
}
