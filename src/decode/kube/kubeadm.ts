import type { Context } from './kube-facts.ts'
import type { PodFindings } from './pod.ts'
import { text, texts, tree } from './tree.ts'

const ownParts: Readonly<Record<string, RegExp>> = {
  'daemonsets/kube-proxy': /(?:^|\/)kube-proxy(?:[:@]|$)/,
  'deployments/coredns': /(?:^|\/)coredns(?:[:@]|$)/,
}
const ownPaths = new Set(['/run/xtables.lock', '/lib/modules'])
const ownRisks = new Set([
  'privileged',
  'breakout',
  'host-network',
  'hostpath',
  'writable-hostpath',
  'sensitive-hostpath',
  'writable-sensitive-hostpath',
  'system-priority',
  'control-plane',
  'tolerates-control-plane',
])
/** What it writes about itself. Proxy and DNS are not among it: they are worth a look whoever changes them. */
const ownSettings = /^(?:kubeadm-config|kubelet-config(?:-1\.\d+)?)$/

/** The user agent is anybody's, so more than that is asked for. */
function isKubeadm({ event, request }: Context): boolean {
  const isAdministrator = texts(tree(event['user'])['groups']).some(
    (group) => group === 'system:masters' || group === 'kubeadm:cluster-admins',
  )
  return (
    isAdministrator && request.namespace === 'kube-system' && text(event['userAgent']).startsWith('kubeadm/')
  )
}

/** `kubeadm`: the parts of a cluster that `kubeadm init` makes, as it always makes them. */
export function workloadMaker(context: Context, found: PodFindings): 'kubeadm' | 'other' {
  const { request } = context
  if (request.done !== 'create' || !isKubeadm(context)) return 'other'
  const isCheck = request.resource === 'jobs' && request.name.startsWith('upgrade-health-check')
  const image = isCheck ? /(?:^|\/)pause(?:[:@]|$)/ : ownParts[`${request.resource}/${request.name}`]
  const isOwn =
    image !== undefined &&
    found.images.length > 0 &&
    found.images.every((name) => image.test(name)) &&
    found.hostPaths.every((path) => ownPaths.has(path)) &&
    [...found.risks].every((risk) => ownRisks.has(risk))
  return isOwn ? 'kubeadm' : 'other'
}

export function settingsMaker(context: Context): 'kubeadm' | 'other' {
  return isKubeadm(context) && ownSettings.test(context.request.name) ? 'kubeadm' : 'other'
}
