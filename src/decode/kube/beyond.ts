import type { Actor } from './actor.ts'
import type { Request } from './request.ts'

/** Credentials that reach little by design; the controller manager and the API server itself need more. */
const narrow = /^system:(?:node:.+|kube-scheduler|kube-proxy)$/
const entering = /^(?:pods\/(?:exec|attach|portforward)|nodes\/proxy)$/
const bindings = /^(?:cluster)?rolebindings$/
const owners =
  /^(?:(?:cluster)?roles|daemonsets|deployments|statefulsets|certificatesigningrequests\/approval)$/
const changes = /^(?:create|update|patch)$/
const machines = /^(?:node|system|controller)$/
/** They make what a cluster begins with. */
const founders = /^(?:system:(?:apiserver|addon-manager)|(?!system:).*)$/

/**
 * What no kubelet, scheduler or controller asks for: to enter pods, to bind roles, and for the narrow ones to change roles and workloads, approve certificates or
 * read all secrets. Whoever does holds a stolen credential.
 */
export function isBeyond(verb: string, { name, kind }: Actor, request: Request): boolean {
  if (!machines.test(kind) || founders.test(name)) return false
  const { resource } = request
  if (entering.test(resource)) return true
  if (changes.test(verb) && bindings.test(resource)) return true
  if (!narrow.test(name)) return false
  if (changes.test(verb) && owners.test(resource)) return true
  return resource === 'secrets' && request.name === '' && verb !== 'create'
}
