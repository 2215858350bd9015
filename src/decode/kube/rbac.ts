import type { Facts } from './facts.ts'
import type { Request } from './request.ts'
import { type Tree, list, text, texts, tree } from './tree.ts'

export interface RbacFindings {
  /** `User:alice`, `ServiceAccount:shop/web`. */
  readonly subjects: readonly string[]
  readonly role: string
}

const writes = ['create', 'update', 'patch', 'delete', 'deletecollection', '*']
const reads = ['get', 'list', 'watch', '*']

/** Pairs of a resource and a verb that let their owner get more than was given. The two must stand in one rule. */
const sensitive: readonly (readonly [name: string, resource: RegExp, verbs: readonly string[]])[] = [
  ['secrets', /^secrets$/, reads],
  ['exec', /^pods\/(?:exec|attach|\*)$/, ['create', 'get', '*']],
  ['nodes-proxy-write', /^nodes\/(?:proxy|\*)$/, ['create', '*']],
  ['nodes-proxy-read', /^nodes\/(?:proxy|\*)$/, ['get', '*']],
  ['ephemeral-containers', /^pods\/ephemeralcontainers$/, ['update', 'patch', '*']],
  ['token-create', /^serviceaccounts\/(?:token|\*)$/, ['create', '*']],
  ['csr-approve', /^certificatesigningrequests\/approval$/, ['update', 'patch', '*']],
  ['webhook-write', /^(?:mutating|validating)webhookconfigurations$/, writes],
  ['volume-create', /^persistentvolumes$/, ['create', '*']],
  ['rbac-write', /^(?:cluster)?role(?:binding)?s$/, ['create', 'update', 'patch', '*']],
]
const workloads = /^(?:pods|deployments|daemonsets|statefulsets|replicasets|jobs|cronjobs)$/

function readRule(
  rule: Tree,
  found: { wildcards: Set<string>; escalations: Set<string>; sensitive: Set<string> },
  isCluster: boolean,
): void {
  const verbs = texts(rule['verbs'])
  const resources = texts(rule['resources'])
  if (verbs.includes('*') && resources.includes('*')) found.wildcards.add('all')
  if (verbs.includes('*')) found.wildcards.add('verbs')
  if (resources.includes('*')) found.wildcards.add('resources')
  if (texts(rule['apiGroups']).includes('*') && resources.length > 0) found.wildcards.add('groups')
  for (const verb of ['escalate', 'bind', 'impersonate'])
    if (verbs.includes(verb)) found.escalations.add(verb)
  for (const [name, resource, needed] of sensitive)
    if (resources.some((one) => resource.test(one)) && verbs.some((verb) => needed.includes(verb)))
      found.sensitive.add(name)
  if (
    isCluster &&
    resources.some((one) => workloads.test(one)) &&
    verbs.some((verb) => verb === 'create' || verb === '*')
  )
    found.sensitive.add('workload-create')
}

export function roleFacts(bodies: readonly Tree[], request: Request, facts: Facts): void {
  const found = { wildcards: new Set<string>(), escalations: new Set<string>(), sensitive: new Set<string>() }
  const isCluster = request.resource === 'clusterroles'
  for (const body of bodies) {
    for (const rule of list(body['rules'])) readRule(tree(rule), found, isCluster)
    for (const [label, value] of Object.entries(tree(tree(body['metadata'])['labels']))) {
      const [, role] =
        /^rbac\.authorization\.k8s\.io\/aggregate-to-(admin|edit|view|cluster-admin)$/.exec(label) ?? []
      if (role !== undefined && value === 'true') facts.set('rbac.aggregates_to', role)
    }
  }
  facts.words('rbac.wildcards', [...found.wildcards].toSorted())
  facts.words('rbac.escalations', found.escalations)
  facts.words('rbac.sensitive', found.sensitive)
}

const everyone =
  /^(?:User:system:anonymous|Group:system:(?:anonymous|unauthenticated|authenticated|serviceaccounts(?::.*)?))$/
const admins = /^(?:cluster-admin|admin|system:masters)$/

function subjectName(subject: Tree): string {
  const namespace = text(subject['namespace'])
  return `${text(subject['kind'])}:${namespace === '' ? '' : `${namespace}/`}${text(subject['name'])}`
}

export function bindingFacts(bodies: readonly Tree[], request: Request, facts: Facts): RbacFindings {
  const subjects = bodies.flatMap((body) =>
    list(body['subjects']).map((subject) => subjectName(tree(subject))),
  )
  const role = bodies.map((body) => text(tree(body['roleRef'])['name'])).find((name) => name !== '') ?? ''
  const isCluster = request.resource === 'clusterrolebindings'
  facts.set('rbac.role', role)
  facts.words('rbac.subjects', subjects)
  facts.set('rbac.everyone', subjects.filter((subject) => everyone.test(subject)).join(' '))
  facts.set(
    'rbac.admin',
    (isCluster && admins.test(role)) || role === 'cluster-admin' || subjects.includes('Group:system:masters'),
  )
  facts.set(
    'rbac.default_account',
    subjects.some((subject) => /^ServiceAccount:[^/]*\/default$/.test(subject)),
  )
  return { subjects, role }
}
