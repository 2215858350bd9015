import { type Tree, list, text, texts, tree } from './tree.ts'
import type { Facts } from './facts.ts'

/**
 * `controller` is a built-in controller of kube-system, which acts for somebody else; `system` are the other parts of the
 * control plane. `none`: the request was not authenticated (401).
 */
export type ActorKind = 'human' | 'serviceaccount' | 'controller' | 'node' | 'system' | 'anonymous' | 'none'

export interface Actor {
  readonly name: string
  readonly kind: ActorKind
}

const serviceAccount = 'system:serviceaccount:'
/** Service accounts of the controllers that every Kubernetes brings along, beside those named `…-controller`. */
const controllers = new Set([
  'generic-garbage-collector',
  'resourcequota-controller',
  'horizontal-pod-autoscaler',
  'pod-garbage-collector',
  'token-cleaner',
  'bootstrap-signer',
  'certificate-controller',
  'root-ca-cert-publisher',
  'legacy-service-account-token-cleaner',
])

function kindOfServiceAccount(name: string): ActorKind {
  const [namespace, account = ''] = name.slice(serviceAccount.length).split(':')
  const isBuiltIn =
    namespace === 'kube-system' && (account.endsWith('-controller') || controllers.has(account))
  return isBuiltIn ? 'controller' : 'serviceaccount'
}

export function actorKind(name: string): ActorKind {
  if (name === '') return 'none'
  if (name.startsWith(serviceAccount)) return kindOfServiceAccount(name)
  if (name.startsWith('system:node:')) return 'node'
  if (name === 'system:anonymous') return 'anonymous'
  return name.startsWith('system:') ? 'system' : 'human'
}

function isPrivate(ip: string): boolean {
  const mapped = ip.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return mapped.includes(':')
    ? /^(?:::1$|f[cd]|fe[89ab])/.test(mapped)
    : /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
        mapped,
      )
}

/** Only the last address is the peer's; those before it are what the client wrote in `X-Forwarded-For` and `X-Real-IP`. */
function source(event: Tree, facts: Facts): void {
  const ips = texts(event['sourceIPs'])
  const ip = ips.at(-1)
  if (ip === undefined) return
  facts.set('source_ip', ip)
  facts.set('source_scope', isPrivate(ip) ? 'private' : 'public')
  facts.set('forwarded_for', ips.slice(0, -1).join(' '))
}

/** Who acts: the impersonated identity when there is one, because its rights count; the real one is `kube.impersonator`. */
export function actorFacts(event: Tree, facts: Facts): Actor {
  const real = tree(event['user'])
  const other = tree(event['impersonatedUser'])
  const isOther = text(other['username']) !== ''
  const acting = isOther ? other : real
  const name = text(acting['username'])
  const own = actorKind(name)
  // Somebody who takes the identity of a controller is none.
  const kind = isOther && /^(?:controller|system|node)$/.test(own) ? actorKind(text(real['username'])) : own
  facts.set('actor.name', name)
  facts.set('actor.kind', kind)
  if (isOther) {
    facts.set('impersonated', name)
    facts.set('impersonator', text(real['username']))
    facts.set('impersonated_masters', list(other['groups']).includes('system:masters'))
  }
  facts.set('actor.masters', list(acting['groups']).includes('system:masters'))
  if (kind === 'serviceaccount') facts.set('actor.namespace', name.split(':')[2])
  source(event, facts)
  return { name, kind }
}
