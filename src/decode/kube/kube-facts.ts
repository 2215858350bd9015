import { type Actor, actorFacts, actorKind, program } from './actor.ts'
import { namespaceFacts, webhookChangeFacts } from './changes.ts'
import { execFacts } from './command.ts'
import * as controlPlane from './control-plane.ts'
import { Facts } from './facts.ts'
import { firstFacts, historyFacts, isHelm, noteReadToken, unknownRegistries } from './history.ts'
import type { KubeMemory } from './kube-memory.ts'
import { settingsMaker, workloadMaker } from './kubeadm.ts'
import { ingressFacts, policyFacts, serviceFacts } from './network.ts'
import { type PodFindings, podFacts, workloadKind } from './pod.ts'
import { type RbacFindings, bindingFacts, roleFacts } from './rbac.ts'
import { type Request, changedObjects, queryValues, requestFacts } from './request.ts'
import { type Tree, text, texts, tree } from './tree.ts'

const grantMs = 30 * 60_000
const shortLifeMs = 10 * 60_000
/** The token controller fills a token secret at once. */
const fillMs = 60_000

export interface Context {
  readonly event: Tree
  readonly facts: Facts
  readonly memory: KubeMemory
  readonly cluster: string
  readonly actor: Actor
  readonly request: Request
  readonly atMs: number
}

/** The `kube.…` facts of one audit event (docs/guide/kubernetes.md lists them). */
export function kubeFacts(event: Tree, memory: KubeMemory, atMs: number): Facts {
  const facts = new Facts()
  const origin = tree(event['kube'])
  const cluster = text(origin['cluster']) || 'default'
  facts.set('cluster', cluster)
  facts.set('audit_id_reused', isAuditIdReused(event, cluster, memory))
  const isRepeat = isTold(event, cluster, memory)
  const actor = actorFacts(event, facts)
  const request = requestFacts(event, facts, isRepeat)
  const context = { event, facts, memory, cluster, actor, request, atMs }
  facts.set('truncated', tree(event['annotations'])['audit.k8s.io/truncated'] === 'true')
  facts.set('report', request.outcome === 'received' ? 'received' : isRepeat ? 'repeat' : 'first')
  grantedFacts(context)
  if (request.outcome === 'received') return facts
  if (isRepeat) {
    objectFacts(context)
    return facts
  }
  historyFacts(context)
  objectFacts(context)
  if (facts.get('first') === undefined) firstFacts(context)
  return facts
}

/**
 * The same id and stage for another request. What tells two requests apart is stamped by the server, so nobody outside can make them look alike; an
 * event that comes twice, from the webhook and from the log, is the same.
 */
function isAuditIdReused(event: Tree, cluster: string, memory: KubeMemory): boolean {
  const { auditID, stage, requestReceivedTimestamp, stageTimestamp, verb, requestURI, userAgent } = event
  const code = tree(event['responseStatus'])['code']
  const user = tree(event['user'])['username']
  return memory.auditIds.isReused(
    [cluster, auditID, stage],
    [requestReceivedTimestamp, stageTimestamp, verb, requestURI, userAgent, code, user],
  )
}

/**
 * Long-running requests are told at their start and again at their end. The key holds what the server itself stamped, because a client can send the
 * same Audit-ID for two requests to hide the second.
 */
function isTold(event: Tree, cluster: string, memory: KubeMemory): boolean {
  const { stage, auditID, requestReceivedTimestamp, requestURI, verb } = event
  if (stage === 'RequestReceived') return false
  if (stage !== 'ResponseStarted' && tree(event['responseStatus'])['code'] !== 101 && verb !== 'watch')
    return false
  const key = [cluster, auditID, requestReceivedTimestamp, verb, requestURI].join(' ')
  if (stage === 'ResponseStarted') {
    memory.started.set(key, true)
    return false
  }
  return memory.started.get(key) === true
}

function grantedFacts({ facts, memory, cluster, actor, atMs }: Context): void {
  const grant = memory.grants.get(`${cluster} ${actor.name}`)
  if (grant === undefined || atMs - grant.atMs > grantMs || atMs < grant.atMs) return
  facts.set('actor.granted', grant.role)
  facts.set('actor.granted_by', grant.by)
}

const isWrite = ({ request }: Context) =>
  request.done === 'create' ||
  request.done === 'update' ||
  request.outcome === 'denied' ||
  request.outcome === 'error'

/** Exec and attach. */
function entered(context: Context): void {
  execFacts(context.request, context.facts)
  noteReadToken(context)
  target(context)
}

function settings(context: Context): void {
  if (context.request.done !== 'get') context.facts.set('maker', settingsMaker(context))
}

type Reader = (context: Context) => void

/** Maps, because whoever asks an API server for a path chooses what the resource is called: `constructor`, say. */
const anyVerb: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['pods/exec', entered],
  ['pods/attach', entered],
  ['pods/portforward', target],
  ['secrets', secret],
  ['configmaps', settings],
])

const writes: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['serviceaccounts/token', token],
  ['rolebindings', binding],
  ['clusterrolebindings', binding],
  ['nodes', ({ event, facts }) => controlPlane.nodeFacts(event, facts)],
])

/** Facts of the object that was asked for, by its resource. Reads have few beyond those of the request. */
function objectFacts(context: Context): void {
  const { request, event, facts } = context
  if (workloadKind(request.resource) !== undefined) return workload(context)
  const reader = anyVerb.get(request.resource)
  if (reader !== undefined) return reader(context)
  if (request.resource.endsWith('/proxy')) return proxy(context)
  if (!isWrite(context)) return
  const writer = writes.get(request.resource)
  if (writer !== undefined) return writer(context)
  if (request.resource.startsWith('certificatesigningrequests')) return signingRequest(context)
  const bodies = changedObjects(event, request)
  if (request.resource === 'namespaces') return namespaceFacts(context, bodies)
  if (request.resource.endsWith('webhookconfigurations')) webhookChangeFacts(context, bodies)
  byBody.get(request.resource)?.(bodies, facts, request)
}

type BodyReader = (bodies: readonly Tree[], facts: Facts, request: Request) => void

const roles: BodyReader = (bodies, facts, request) => roleFacts(bodies, request, facts)

const byBody: ReadonlyMap<string, BodyReader> = new Map<string, BodyReader>([
  ['roles', roles],
  ['clusterroles', roles],
  ['networkpolicies', policyFacts],
  ['services', serviceFacts],
  ['ingresses', ingressFacts],
  ['mutatingwebhookconfigurations', controlPlane.webhookFacts],
  ['validatingwebhookconfigurations', controlPlane.webhookFacts],
  ['persistentvolumes', controlPlane.volumeFacts],
  ['apiservices', controlPlane.apiServiceFacts],
  ['validatingadmissionpolicybindings', controlPlane.admissionPolicyFacts],
  ['validatingadmissionpolicies', controlPlane.admissionPolicyFacts],
  ['deployments/scale', controlPlane.scaleFacts],
  ['statefulsets/scale', controlPlane.scaleFacts],
  ['replicasets/scale', controlPlane.scaleFacts],
])

function token({ event, facts, memory, cluster, actor, request }: Context): void {
  controlPlane.tokenFacts(event, facts)
  const account = `system:serviceaccount:${request.namespace}:${request.name}`
  facts.set('token.of_own_administrator', memory.administrators.get(`${cluster} ${account}`) === actor.name)
}

/** Who wanted the certificate that is approved now: nodes get theirs all the time. */
function signingRequest({ event, facts, memory, cluster, actor, request }: Context): void {
  const key = `${cluster} ${request.name}`
  if (request.resource === 'certificatesigningrequests') {
    controlPlane.signingRequestFacts(event, facts)
    const isNode = actor.kind === 'node' || actor.name.startsWith('system:bootstrap:')
    if (request.done === 'create') memory.signingRequests.set(key, isNode)
    return
  }
  const signers = changedObjects(event, request).map((body) => text(tree(body['spec'])['signerName']))
  const isKubelet = signers.some((signer) => /kubelet(?:-serving)?$/.test(signer))
  facts.set('csr.of', isKubelet || memory.signingRequests.get(key) === true ? 'node' : 'other')
}

function workload(context: Context): void {
  const { event, facts, memory, cluster, actor, request, atMs } = context
  const key = `${cluster} ${request.namespace} ${request.name}`
  if (request.done === 'delete') return removed(context, key)
  if (!isWrite(context)) return
  const bodies = changedObjects(event, request)
  const kind = workloadKind(request.resource) ?? ''
  const violation = text(tree(event['annotations'])['pod-security.kubernetes.io/audit-violations'])
  const found = podFacts(bodies, { kind, name: request.name, violation }, facts)
  controlPlane.scaleFacts(bodies, facts)
  const maker = workloadMaker(context, found)
  facts.set('maker', maker)
  if (request.done === undefined) return
  imageFacts(context, found)
  if (found.images.length > 0) firstFacts(context, unknownRegistries(context, found.images))
  const risks = [...found.risks].toSorted().join(' ')
  if (kind === 'Pod' && risks !== '') {
    const known = memory.pods.get(key)
    memory.pods.set(key, {
      risks,
      createdBy: known?.createdBy ?? actor.name,
      createdAtMs: known?.createdAtMs ?? atMs,
      enteredBy: known?.enteredBy,
    })
  } else if (kind === 'Pod' && request.done === 'create')
    memory.pods.set(key, { risks: '', createdBy: actor.name, createdAtMs: atMs, enteredBy: undefined })
  tellOnce(context, { owner: found.owner, risks, maker })
}

/** Every change of the repository of an image, and every container that was not there. Tags change with every release. */
function imageFacts({ facts, memory, cluster, actor, request }: Context, found: PodFindings): void {
  const { name, namespace, resource, done } = request
  const user = `system:serviceaccount:${namespace}:${found.serviceAccount}`
  const isPowerful =
    memory.administrators.get(`${cluster} ${user}`) !== undefined || actorKind(user) === 'controller'
  facts.set('pod.powerful_account', found.serviceAccount !== '' && isPowerful)
  if (found.containers.size === 0 || actor.kind === 'controller') return
  const key = `${cluster} ${resource.split('/')[0]} ${namespace} ${name}`
  const known = memory.images.get(key)
  if (known !== undefined && done === 'update') {
    const changed = [...found.containers].filter(
      ([container, image]) =>
        image !== '' && known.has(container) && repository(known.get(container) ?? '') !== repository(image),
    )
    facts.words(
      'pod.image_changed',
      changed.map(([, image]) => image),
    )
    const added = [...found.containers.keys()].filter((container) => !known.has(container))
    facts.words('pod.containers_added', resource.includes('/') ? [] : added)
  }
  const images = [...(known ?? []), ...found.containers].filter(([, image]) => image !== '')
  memory.images.set(key, done === 'create' ? found.containers : new Map(images.slice(-200)))
}

/** Registry and path of an image, without tag and digest. */
function repository(image: string): string {
  const [path = ''] = image.split('@')
  return path.replace(/:[^:/]*$/, '').replace(/^(?:docker\.io\/)?(?:library\/)?/, '')
}

/** What a node runs from its own files: the control plane shares the network and folders of the node by design. */
const controlPlanePart =
  /^(?:etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|kube-vip|kube-rbac-proxy-crio|cloud-controller-manager|haproxy|keepalived)-/

/** Whether every one of these risks was told already. */
const isIn = (risks: string, known: string | undefined): boolean =>
  known !== undefined && risks.split(' ').every((risk) => known.split(' ').includes(risk))

/** Pods that a controller makes again and again, and changes that leave the risks as they were, are no news. */
function tellOnce(
  { facts, memory, cluster, request, actor }: Context,
  found: { owner: string; risks: string; maker: string },
): void {
  if (found.risks === '') return
  // A Deployment's pods belong to a ReplicaSet named after it, a CronJob's to a Job.
  const isMade = actor.kind === 'controller'
  const owner = isMade ? found.owner.replace(/-[a-z0-9]{5,10}$/, '') : found.owner
  const key = `${cluster} ${request.namespace} ${owner}`
  const known = memory.workloads.get(key)
  const isOwnPart = actor.kind === 'node' && controlPlanePart.test(request.name)
  const isKnown =
    isOwnPart ||
    found.maker === 'kubeadm' ||
    (isIn(found.risks, known) && (isMade || request.done === 'update'))
  facts.set('pod.news', isKnown ? 'known' : 'new')
  memory.workloads.set(key, found.risks)
}

function removed({ facts, memory, actor, atMs, request }: Context, key: string): void {
  if (request.resource !== 'pods') return
  const pod = memory.pods.get(key)
  if (pod?.enteredBy === actor.name && pod.createdBy === actor.name && atMs - pod.createdAtMs < shortLifeMs)
    facts.set('target.short_lived', true)
  memory.pods.delete(key)
}

/** Exec, attach and port-forward: what is known of the pod. */
function target({ facts, memory, cluster, request, actor }: Context): void {
  facts.set('target.ports', queryValues(request.query, 'ports').join(' '))
  const key = `${cluster} ${request.namespace} ${request.name}`
  const pod = memory.pods.get(key)
  if (pod === undefined) return
  facts.set('target.risks', pod.risks)
  facts.set('target.created_by', pod.createdBy)
  facts.set('target.is_own', pod.createdBy === actor.name)
  if (request.done !== undefined) memory.pods.set(key, { ...pod, enteredBy: actor.name })
}

function secret(context: Context): void {
  const { event, facts, memory, cluster, request, actor, atMs } = context
  facts.set('secret.is_helm', isHelm(context))
  const isOwn = actor.kind === 'serviceaccount' && actor.name.split(':')[2] === request.namespace
  facts.set('secret.own', isOwn ? 'yes' : 'no')
  if (request.done === 'get' && actor.kind === 'serviceaccount') secretHabit(context)
  const key = `${cluster} ${request.namespace} ${request.name}`
  const isMade = request.done === 'create' || tree(event['responseStatus'])['code'] === 201
  if (isMade && request.done !== undefined && actor.kind !== 'system' && actor.kind !== 'controller')
    memory.secrets.set(key, { by: actor.name, atMs })
  const made = memory.secrets.get(key)
  const isFilled = request.done === 'update' && made !== undefined && atMs - made.atMs < fillMs
  if (
    isFilled &&
    /^system:(?:kube-controller-manager|serviceaccount:kube-system:tokens?-controller)$/.test(actor.name)
  )
    facts.set('secret.token_filled_for', made.by)
}

/** Operators read the same secrets for ever: of each namespace and program the first time is news. */
function secretHabit({ event, facts, memory, cluster, actor, request }: Context): void {
  const key = ['secret', cluster, actor.name, request.namespace, program(text(event['userAgent']))].join(' ')
  facts.set('secret.habit', memory.habits.get(key) === true ? 'known' : 'new')
  memory.habits.set(key, true)
}

const harmlessPath = /^(?:metrics|healthz|stats|configz|spec)(?:\/|$)/
const runningPath = /(?:^|\/)(?:exec|run|attach|portForward|cri)(?:\/|$)/i

/** What is asked of a kubelet. A path that climbs or hides letters is none of the harmless ones. */
function proxy({ event, facts }: Context): void {
  const [, path = ''] = /\/proxy\/?([^?]*)/.exec(text(event['requestURI'])) ?? []
  const isPlain = !/\.\.|%/.test(path)
  const runs = isPlain
    ? /^\/*(?:exec|run|attach|portForward|cri)(?:\/|$)/i.test(path)
    : runningPath.test(path)
  facts.set('proxy.path', path === '' ? '/' : path)
  facts.set('proxy.kind', runs ? 'runs' : isPlain && harmlessPath.test(path) ? 'harmless' : 'other')
}

function binding(context: Context): void {
  const { event, facts, memory, cluster, request, actor, atMs } = context
  const bindingKey = `${cluster} ${request.resource} ${request.namespace} ${request.name}`
  const known = request.name === 'cluster-admin' ? 'cluster-admin' : memory.bindingRoles.get(bindingKey)
  const found = bindingFacts(changedObjects(event, request), { request, known }, facts)
  if (request.done === undefined) return
  if (found.role !== '') memory.bindingRoles.set(bindingKey, found.role)
  const isBootstrap = texts(tree(event['user'])['groups']).includes('system:masters')
  if (!isBootstrap && actor.kind !== 'controller' && actor.kind !== 'system')
    memory.bindings.set(`${cluster} ${request.name}`, { by: actor.name, atMs })
  if (facts.get('rbac.admin') !== undefined) noteAdministrators(context, found, isBootstrap)
}

function noteAdministrators(
  { memory, cluster, actor, atMs }: Context,
  { subjects, role }: RbacFindings,
  isBootstrap: boolean,
): void {
  for (const subject of subjects.slice(0, 100)) {
    const [, kind, name = ''] = /^(User|ServiceAccount):(.*)$/.exec(subject) ?? []
    if (kind === undefined) continue
    const user = kind === 'ServiceAccount' ? `system:serviceaccount:${name.replace('/', ':')}` : name
    if (kind === 'ServiceAccount') memory.administrators.set(`${cluster} ${user}`, actor.name)
    if (!isBootstrap && user !== actor.name)
      memory.grants.set(`${cluster} ${user}`, { role, by: actor.name, atMs })
  }
}
