import type { Facts } from './facts.ts'
import { type Tree, at, list, text, texts, tree } from './tree.ts'

/** Admission webhooks: what they see, where they are, whether they may fail open. */
export function webhookFacts(bodies: readonly Tree[], facts: Facts): void {
  const sees = new Set<string>()
  for (const webhook of bodies.flatMap((body) => list(body['webhooks']).map(tree))) {
    for (const rule of list(webhook['rules']).map(tree)) {
      const resources = texts(rule['resources'])
      if (resources.some((resource) => resource === '*' || resource === '*/*')) sees.add('everything')
      if (resources.includes('secrets')) sees.add('secrets')
    }
    facts.set('webhook.url', text(at(webhook, 'clientConfig')['url']))
    facts.set('webhook.failure_policy', text(webhook['failurePolicy']))
  }
  facts.words('webhook.sees', sees)
  facts.set('webhook.scope', webhookScope(bodies))
}

/** `narrow`: only custom resources of somebody's own group. */
function webhookScope(bodies: readonly Tree[]): 'narrow' | 'wide' | 'unknown' {
  const rules = bodies
    .flatMap((body) => list(body['webhooks']).map(tree))
    .flatMap((webhook) => list(webhook['rules']).map(tree))
  if (rules.length === 0) return 'unknown'
  const isCustom = (group: string) => group.includes('.') && !group.endsWith('.k8s.io')
  return rules.every(
    (rule) => texts(rule['apiGroups']).length > 0 && texts(rule['apiGroups']).every(isCustom),
  )
    ? 'narrow'
    : 'wide'
}

/** A policy whose failures are only written down. */
export function admissionPolicyFacts(bodies: readonly Tree[], facts: Facts): void {
  for (const body of bodies) {
    const { validationActions, failurePolicy } = tree(body['spec'])
    const isListed = Array.isArray(validationActions)
    if ((isListed && !validationActions.includes('Deny')) || failurePolicy === 'Ignore')
      facts.set('admission.only_warns', true)
  }
}

const roleLabel = /^node-role\.kubernetes\.io\/|^node-restriction\.kubernetes\.io\//

/** What a patch of a node changes: `taints-removed`, `role-label`. */
export function nodeFacts({ requestObject, verb }: Tree, facts: Facts): void {
  if (verb !== 'patch') return
  const changes = new Set<string>()
  const { taints } = at(requestObject, 'spec')
  if (taints === null || (Array.isArray(taints) && taints.length === 0)) changes.add('taints-removed')
  if (Object.keys(at(requestObject, 'metadata', 'labels')).some((key) => roleLabel.test(key)))
    changes.add('role-label')
  for (const step of list(requestObject).map(tree)) {
    const path = text(step['path'])
    if (step['op'] === 'remove' && path.startsWith('/spec/taints')) changes.add('taints-removed')
    if (path.startsWith('/metadata/labels/node-role.kubernetes.io')) changes.add('role-label')
  }
  facts.words('node.changes', changes)
}

export function tokenFacts(event: Tree, facts: Facts): void {
  const seconds = at(event, 'requestObject', 'spec')['expirationSeconds']
  if (typeof seconds !== 'number') return
  facts.set('token.seconds', seconds)
  facts.set('token.is_long', seconds > 86_400)
}

export function scaleFacts(bodies: readonly Tree[], facts: Facts): void {
  for (const body of bodies) {
    const { replicas } = tree(body['spec'])
    if (typeof replicas === 'number') facts.set('scale.replicas', replicas)
  }
}

export function volumeFacts(bodies: readonly Tree[], facts: Facts): void {
  for (const body of bodies) {
    const spec = tree(body['spec'])
    facts.set('volume.host_path', text(at(spec, 'hostPath')['path']) || text(at(spec, 'local')['path']))
  }
}

export function apiServiceFacts(bodies: readonly Tree[], facts: Facts): void {
  for (const body of bodies) facts.set('apiservice.group', text(at(body, 'spec')['group']))
}

const commonName = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03])
const organization = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a])
/** Larger requests are no certificate signing requests of this world. */
const longestRequest = 64 * 1024

/** Every value of one kind of name part in a DER-encoded request: object id, then a string shorter than 128 bytes. */
function nameParts(der: Buffer, objectId: Buffer): readonly string[] {
  const parts: string[] = []
  for (
    let found = der.indexOf(objectId);
    found >= 0 && parts.length < 32;
    found = der.indexOf(objectId, found + 1)
  ) {
    const start = found + objectId.length
    const length = der[start + 1] ?? 0
    if (length < 0x80) parts.push(der.toString('utf8', start + 2, start + 2 + length))
  }
  return parts
}

const privileged =
  /^(?:system:masters|system:nodes?(?::.*)?|system:kube-.*|system:apiserver|kubeadm:cluster-admins|cluster-admin|kubernetes-(?:super-)?admin|eks:.*|aksService|masterclient)$/

/** Which identity a certificate signing request asks for. */
export function signingRequestFacts(event: Tree, facts: Facts): void {
  const spec = at(event, 'requestObject', 'spec')
  facts.set('csr.signer', text(spec['signerName']))
  const encoded = text(spec['request'])
  if (encoded === '' || encoded.length > longestRequest) return
  const pem = Buffer.from(encoded, 'base64').toString('latin1')
  const der = Buffer.from(pem.replaceAll(/-----[A-Z ]{1,60}-----|\s/g, ''), 'base64')
  const names = nameParts(der, commonName)
  const groups = nameParts(der, organization)
  facts.words('csr.names', names)
  facts.words('csr.groups', groups)
  facts.set(
    'csr.privileged',
    [...names, ...groups].some((name) => privileged.test(name)),
  )
}
