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
/**
 * Service accounts in kube-system of the controllers that every Kubernetes brings along. By name, not by pattern: whoever may make accounts
 * there could otherwise call one `x-controller` and act unseen.
 */
const controllers = new Set(
  `attachdetach-controller bootstrap-signer certificate-controller cloud-node-controller clusterrole-aggregation-controller
  cronjob-controller daemon-set-controller deployment-controller device-taint-eviction-controller disruption-controller endpoint-controller
  endpointslice-controller endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector
  horizontal-pod-autoscaler job-controller kube-apiserver-serving-clustertrustbundle-publisher legacy-service-account-token-cleaner
  namespace-controller node-controller node-ipam-controller node-lifecycle-controller persistent-volume-binder
  pod-garbage-collector podcertificaterequestcleaner-controller pv-protection-controller pvc-protection-controller
  replicaset-controller replication-controller resource-claim-controller resourcequota-controller root-ca-cert-publisher
  route-controller selinux-warning-controller service-account-controller service-ca-cert-publisher service-cidrs-controller
  service-controller service-lb-controller statefulset-controller storage-version-garbage-collector
  storage-version-migrator-controller taint-eviction-controller token-cleaner tokens-controller ttl-after-finished-controller
  ttl-controller validatingadmissionpolicy-status-controller volume-attributes-class-protection-controller
  vac-protection-controller`.split(/\s+/),
)
/** Parts of Kubernetes and of its distributions. Anybody else who is called `system:…` is a person as far as we know. */
const ownParts =
  /^system:(?:kube-(?:controller-manager|scheduler|proxy|apiserver|router|dns|aggregator)$|apiserver$|bootstrap:|node|addon-manager$|cloud-|volume-scheduler$|aggregator$|konnectivity|gke-|gcp-|gce-|clustermetrics$|l7-lb|k3s|rke2|ovn-|multus|openshift-|open-cluster|aks|azure|eks|serviceaccount)/
/** Users of the hosted control planes of clouds, which no one else can be. */
const hosted =
  /^(?:eks:.*|aksService|aksProblemDetector|hcpService|acsService|masterclient|gcp:.*|.*@container-engine-robot\.iam\.gserviceaccount\.com|cloud-controller-manager|k3s-cloud-controller-manager)$/

function kindOfServiceAccount(name: string): ActorKind {
  const [namespace, account = ''] = name.slice(serviceAccount.length).split(':')
  return namespace === 'kube-system' && controllers.has(account) ? 'controller' : 'serviceaccount'
}

export function actorKind(name: string): ActorKind {
  if (name === '') return 'none'
  if (name.startsWith(serviceAccount)) return kindOfServiceAccount(name)
  if (name.startsWith('system:node:')) return 'node'
  if (name === 'system:anonymous') return 'anonymous'
  // The administrator of k3s, RKE2 and OpenShift: a person with a kubeconfig.
  if (name === 'system:admin') return 'human'
  return ownParts.test(name) || hosted.test(name) ? 'system' : 'human'
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

/** What a person or a script uses, and no kubelet, controller or scheduler. */
export const handTools =
  /^(?:kubectl|curl|wget|python|httpie|ruby|perl|powershell|mozilla|okhttp|node-fetch|axios)/i
/** Besides those: what no part of the control plane calls itself, and no name at all. */
const noMachine = /^(?:openapi-generator|swagger|k9s|lens|headlamp|peirates|$)/i
const machines =
  /^system:(?:node:.+|bootstrap:.+|kube-scheduler|kube-controller-manager|kube-proxy|apiserver)$/

/** Slash, space, semicolon, parenthesis. */
const isEnd = (unit: number): boolean => unit === 0x2f || unit === 0x20 || unit === 0x3b || unit === 0x28

/** The first word of a user agent, without its version: `kubectl`, `python-requests`. */
export function program(userAgent: string): string {
  const most = Math.min(userAgent.length, 200)
  let end = 0
  while (end < most && !isEnd(userAgent.charCodeAt(end))) end += 1
  return userAgent.slice(0, end)
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
  const isMachine = kind === 'controller' || kind === 'node' || machines.test(name)
  const agent = text(event['userAgent'])
  facts.set('actor.by_hand', isMachine && !isOther && (handTools.test(agent) || noMachine.test(agent)))
  if (kind === 'serviceaccount') facts.set('actor.namespace', name.split(':')[2])
  source(event, facts)
  return { name, kind }
}
