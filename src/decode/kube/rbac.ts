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
  ['csr-approve', /^signers$/, ['approve', 'sign', '*']],
  ['webhook-write', /^(?:mutating|validating)webhookconfigurations$/, writes],
  ['volume-create', /^persistentvolumes$/, ['create', '*']],
  ['rbac-write', /^(?:cluster)?role(?:binding)?s$/, ['create', 'update', 'patch', '*']],
]
const workloads = /^(?:pods|deployments|daemonsets|statefulsets|replicasets|jobs|cronjobs)$/

/** Groups of the API server itself; `*` is all of them. */
const builtInGroup =
  /^(?:|\*|apps|batch|extensions|rbac\.authorization\.k8s\.io|admissionregistration\.k8s\.io|authentication\.k8s\.io|certificates\.k8s\.io|networking\.k8s\.io|apiextensions\.k8s\.io|apiregistration\.k8s\.io)$/

interface RoleFindings {
  readonly wildcards: Set<string>
  readonly escalations: Set<string>
  readonly sensitive: Set<string>
  /** Not empty when a rule is about something that comes with the API server. */
  readonly builtIn: Set<string>
}

const isAll = (name: string): boolean => name === '*' || name === '*/*'

function readRule(rule: Tree, found: RoleFindings, isCluster: boolean): void {
  const verbs = texts(rule['verbs'])
  const resources = texts(rule['resources'])
  const groups = texts(rule['apiGroups'])
  if (groups.includes('*') && resources.length > 0) found.wildcards.add('groups')
  // An operator may do everything with its own custom resources.
  if (groups.length === 0 || groups.some((name) => builtInGroup.test(name))) {
    found.builtIn.add('yes')
    readWildcards(verbs, resources, groups.includes('*'), found)
  }
  for (const verb of ['escalate', 'bind', 'impersonate'])
    if (verbs.includes(verb)) found.escalations.add(verb)
  for (const [name, resource, needed] of sensitive)
    if (resources.some((one) => resource.test(one)) && verbs.some((verb) => needed.includes(verb)))
      found.sensitive.add(name)
  const makes = verbs.includes('create') || verbs.includes('*')
  if (isCluster && makes && resources.some((one) => workloads.test(one)))
    found.sensitive.add('workload-create')
}

function readWildcards(
  verbs: readonly string[],
  resources: readonly string[],
  isEveryGroup: boolean,
  { wildcards }: RoleFindings,
): void {
  const listsEveryVerb = isEveryGroup && verbs.includes('create') && verbs.includes('patch')
  if (resources.some(isAll) && (verbs.includes('*') || listsEveryVerb)) wildcards.add('all')
  if (verbs.includes('*')) wildcards.add('verbs')
  if (resources.some(isAll)) wildcards.add('resources')
}

export function roleFacts(bodies: readonly Tree[], request: Request, facts: Facts): void {
  const found: RoleFindings = {
    wildcards: new Set(),
    escalations: new Set(),
    sensitive: new Set(),
    builtIn: new Set(),
  }
  const isCluster = request.resource === 'clusterroles'
  for (const body of bodies) {
    for (const rule of list(body['rules'])) readRule(tree(rule), found, isCluster)
    for (const [label, value] of Object.entries(tree(tree(body['metadata'])['labels']))) {
      const [, role] =
        /^rbac\.authorization\.k8s\.io\/aggregate-to-(admin|edit|view|cluster-admin)$/.exec(label) ?? []
      if (role === undefined || value !== 'true') continue
      facts.set('rbac.aggregates_to', role)
      // Packages of custom resources let everybody who may edit or view also edit or view those.
      facts.set(
        'rbac.widens',
        found.builtIn.size > 0 &&
          (role !== 'view' || found.sensitive.has('secrets') || found.wildcards.size > 0)
          ? role
          : '',
      )
    }
  }
  const isHarmless = found.wildcards.size + found.escalations.size + found.sensitive.size === 0
  facts.set('rbac.harmless', bodies.length > 0 && isHarmless ? 'yes' : 'no')
  facts.words('rbac.wildcards', [...found.wildcards].toSorted())
  facts.words('rbac.escalations', found.escalations)
  facts.words('rbac.sensitive', found.sensitive)
}

const everyone =
  /^(?:User:system:anonymous|Group:system:(?:anonymous|unauthenticated|authenticated|serviceaccounts))$/
const admins = /^(?:cluster-admin|admin|system:masters)$/
/** Roles of the control plane; some of them may change every role. */
const controlPlane =
  /^system:(?:controller:.*|kube-controller-manager|kube-scheduler|node|masters|aggregate-to-.*)$/
/** What `kubeadm join` reads before it has a credential. */
const clusterInfo = 'kubeadm:bootstrap-signer-clusterinfo'

function subjectName(subject: Tree): string {
  const namespace = text(subject['namespace'])
  return `${text(subject['kind'])}:${namespace === '' ? '' : `${namespace}/`}${text(subject['name'])}`
}

/** `known`: the role of this binding, of which a patch tells the subjects only. */
export function bindingFacts(
  bodies: readonly Tree[],
  { request, known = '' }: { readonly request: Request; readonly known: string | undefined },
  facts: Facts,
): RbacFindings {
  const subjects = bodies.flatMap((body) =>
    list(body['subjects']).map((subject) => subjectName(tree(subject))),
  )
  const written = bodies.map((body) => text(tree(body['roleRef'])['name'])).find((name) => name !== '')
  const role = written ?? (subjects.length > 0 ? known : '')
  const isCluster = request.resource === 'clusterrolebindings'
  facts.set('rbac.role', role)
  facts.words('rbac.subjects', subjects)
  facts.set(
    'rbac.everyone',
    role === clusterInfo ? '' : subjects.filter((subject) => everyone.test(subject)).join(' '),
  )
  const isHarmless = role !== '' && !isCluster && !admins.test(role) && !everyone.test(subjects.join())
  facts.set('rbac.harmless', isHarmless ? 'yes' : 'no')
  facts.set('rbac.control_plane', controlPlane.test(role))
  facts.set('rbac.edits_cluster', isCluster && role === 'edit')
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
