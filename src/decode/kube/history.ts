import { handTools, program } from './actor.ts'
import { isBeyond } from './beyond.ts'
import type { Context } from './kube-facts.ts'
import type { ActorState, Attempts } from './kube-memory.ts'
import { type Done, type Request, queryValues } from './request.ts'
import { at, text, texts, tree } from './tree.ts'

const attemptMs = 5 * 60_000
const useMs = 30 * 60_000
const readTokenMs = 60 * 60_000
const dayMs = 86_400_000
/** Who was not heard of for so long is dormant. */
const dormantMs = 30 * dayMs
/** Clients look around before they do what they came for. */
const returnMs = 60 * 60_000
/** Refusals that are no accident, when they are of several kinds. */
const many = 10
const mostKinds = 64
/** Addresses that one client is followed under. */
const mostAddresses = 64

/** Facts that need what the same actor did before. */
export function historyFacts(context: Context): void {
  const { event, facts, actor, request } = context
  facts.set('node_beyond', isBeyond(text(event['verb']), actor, request))
  if (actor.kind === 'node') return nodeFacts(context)
  if (actor.kind === 'system' || actor.kind === 'controller') return
  const state = stateOf(context)
  if (actor.kind === 'human') silenceFacts(context, state)
  if (request.outcome === 'denied' || state.attempts !== undefined) attemptFacts(context, state)
  if (request.outcome !== 'ok') return
  if (actor.kind !== 'anonymous') publicFacts(context)
  roleFacts(context)
  if (actor.kind === 'serviceaccount') credentialFacts(context)
  habitFacts(context)
}

/** Where people and pods live on public addresses, the first time from each network is enough. */
function publicFacts({ event, facts, memory, cluster, actor }: Context): void {
  if (facts.get('source_scope') !== 'public') return
  const network = networkOf(texts(event['sourceIPs']).at(-1) ?? '')
  const key = ['public', cluster, actor.name, network].join(' ')
  facts.set('source_habit', memory.habits.get(key) === true ? 'known' : 'new')
  memory.habits.set(key, true)
}

/** A kubelet stays where it is. */
function nodeFacts(context: Context): void {
  const { event, facts, request } = context
  const state = stateOf(context)
  const ip = texts(event['sourceIPs']).at(-1) ?? ''
  if (request.outcome === 'ok' && state.network !== ip) {
    if (state.network !== undefined && facts.get('source_scope') === 'public')
      facts.set('source_habit', 'new')
    state.network = ip
  }
}

function stateOf({ memory, cluster, actor }: Context): ActorState {
  const key = `${cluster} ${actor.name}`
  let state = memory.actors.get(key)
  if (state === undefined) {
    state = {
      program: undefined,
      network: undefined,
      lastSeenMs: undefined,
      silence: undefined,
      attempts: undefined,
    }
    memory.actors.set(key, state)
  }
  return state
}

const rights = /^(?:cluster)?role(?:binding)?s$/

const isSensitive = ({ resource, done = 'other' }: Request): boolean =>
  rights.test(resource) ? writes.test(done) : resource === 'secrets' || connections.test(resource)

/** Somebody who was not heard of for a month, at the first thing that matters within an hour of the return. */
function silenceFacts({ event, facts, request }: Context, state: ActorState): void {
  const nowMs = Date.parse(text(event['requestReceivedTimestamp']))
  if (Number.isNaN(nowMs)) return
  const silentMs = nowMs - (state.lastSeenMs ?? nowMs)
  if (state.lastSeenMs === undefined || silentMs > 0) state.lastSeenMs = nowMs
  if (silentMs >= dormantMs) state.silence = { days: Math.floor(silentMs / dayMs), endedAtMs: nowMs }
  if (state.silence === undefined || request.outcome !== 'ok' || !isSensitive(request)) return
  if (nowMs - state.silence.endedAtMs <= returnMs) facts.set('actor.silent_days', state.silence.days)
  state.silence = undefined
}

/** Counts from the first refusal on: who is never refused costs nothing. */
function attemptFacts(context: Context, state: ActorState): void {
  const { event, request, atMs } = context
  const ip = texts(event['sourceIPs']).at(-1) ?? ''
  const isRefused = request.outcome === 'denied'
  let attempts = state.attempts?.get(ip)
  if (attempts !== undefined && atMs - attempts.sinceMs > attemptMs) {
    state.attempts?.delete(ip)
    if (state.attempts?.size === 0) state.attempts = undefined
    attempts = undefined
  }
  if (attempts === undefined) {
    if (!isRefused) return
    attempts = newAttempts(atMs)
    state.attempts ??= new Map()
    const [oldest] = state.attempts.size >= mostAddresses ? state.attempts.keys() : []
    if (oldest !== undefined) state.attempts.delete(oldest)
    state.attempts.set(ip, attempts)
  }
  attempts.requests += 1
  note(attempts.resources, request.resource)
  note(attempts.uris, text(event['requestURI']).split('?')[0] ?? '')
  if (isRefused) refused(attempts, context)
}

function refused(attempts: Attempts, { event, facts, request }: Context): void {
  const { kinds, uris, resources } = attempts
  attempts.refused += 1
  note(kinds, `${text(event['verb'])} ${request.resource}`)
  facts.set('attempts.refused', attempts.refused)
  facts.set('attempts.kinds', kinds.size)
  if (attempts.refused >= Math.max(many, 2 * attempts.toldAt) && kinds.size >= 3) {
    attempts.toldAt = attempts.refused
    facts.set('attempts.many', true)
  }
  const isMixed = attempts.requests > attempts.refused
  const isWide = kinds.size > 3 && uris.size > 5 && resources.size > 3
  if (attempts.isMappingTold || !isMixed || !isWide) return
  attempts.isMappingTold = true
  facts.set('attempts.mapping', true)
}

const newAttempts = (sinceMs: number): Attempts => ({
  sinceMs,
  refused: 0,
  requests: 0,
  kinds: new Set(),
  resources: new Set(),
  uris: new Set(),
  toldAt: 0,
  isMappingTold: false,
})

function note(seen: Set<string>, word: string): void {
  if (seen.size < mostKinds) seen.add(word)
}

const reason = /^RBAC: allowed by (?:Cluster)?RoleBinding "([^"]+)" of (?:Cluster)?Role "([^"]+)"/

/** The API server says, at every audit level, which binding allowed a request. */
function roleFacts({ event, facts, memory, cluster, actor, atMs }: Context): void {
  const [, binding = '', role] =
    reason.exec(text(tree(event['annotations'])['authorization.k8s.io/reason'])) ?? []
  if (role === undefined) return
  facts.set('actor.role', role)
  if (role !== 'cluster-admin' && role !== 'admin') return
  const made = memory.bindings.get(`${cluster} ${binding.split('/')[0]}`)
  if (made === undefined) return
  if (made.by === actor.name || atMs - made.atMs > useMs || atMs < made.atMs) return
  facts.set('actor.granted', role)
  facts.set('actor.granted_by', made.by)
}

/** The token of a pod in the hands of somebody else: another address with another program, or whoever read it. */
function credentialFacts({ event, facts, memory, cluster, actor, atMs }: Context): void {
  const extra = at(event, 'user', 'extra')
  const [id] = texts(extra['authentication.kubernetes.io/credential-id'])
  const [pod] = texts(extra['authentication.kubernetes.io/pod-name'])
  const ip = texts(event['sourceIPs']).at(-1) ?? ''
  const agent = program(text(event['userAgent']))
  if (pod !== undefined) {
    const read = memory.readTokens.get(`${cluster} ${actor.name.split(':')[2]} ${pod}`)
    const isLate = read !== undefined && atMs - read.atMs < readTokenMs && read.by !== actor.name
    if (isLate && (read.ip === ip || /^(?:kubectl|curl|wget|python)/i.test(agent)))
      facts.set('actor.token_read_by', read.by)
  }
  // Tokens that were made by hand are used from wherever their owner is; that of a pod only in the pod.
  if (id === undefined || pod === undefined) return
  const known = memory.credentials.get(`${cluster} ${id}`)
  if (known === undefined) memory.credentials.set(`${cluster} ${id}`, { ip, program: agent })
  else facts.set('actor.token_elsewhere', known.ip !== ip && known.program !== agent)
}

/** Exec that reads credentials: from now on the token of that pod may be anywhere. */
export function noteReadToken({ event, facts, memory, cluster, actor, request, atMs }: Context): void {
  if (request.done === undefined || !(facts.get('exec.traits') ?? '').includes('credentials')) return
  memory.readTokens.set(`${cluster} ${request.namespace} ${request.name}`, {
    by: actor.name,
    ip: texts(event['sourceIPs']).at(-1) ?? '',
    atMs,
  })
}

const connections = /^pods\/(?:exec|attach)$/
const writes = /^(?:create|update|delete)$/

/** The network of an address: /24, and /48 for IPv6. */
function networkOf(ip: string): string {
  const parts = ip.replace(/^::ffff:(?=\d)/i, '').split(/[.:]/)
  return parts.slice(0, 3).join('.')
}

/**
 * What may be worth a word the first time: who enters pods, where images come from, from which other network somebody changes things, with which
 * other program somebody works. `kube.first` is the key that rules with `<if_fts/>` remember across restarts; an event has one.
 */
export function firstFacts(context: Context, registries: readonly string[] = []): void {
  const { facts, cluster, actor, request } = context
  const { done } = request
  if (done === undefined || (actor.kind !== 'human' && actor.kind !== 'serviceaccount')) return
  const first = (kind: string, what: string) => {
    facts.set('first', [kind, cluster, what].join(' '))
    facts.set('first_kind', kind)
  }
  if (connections.test(request.resource)) return first('exec', actor.name)
  // Tokens from secrets, which never end, and those a client no longer renews.
  const marks = tree(context.event['annotations'])
  if (marks['authentication.k8s.io/legacy-token'] ?? marks['authentication.k8s.io/stale-token'])
    return first('old-token', actor.name)
  const [registry] = registries
  if (registry !== undefined) {
    facts.set('pod.registry', registry)
    return first('registry', registry)
  }
  const ip = texts(context.event['sourceIPs']).at(-1) ?? ''
  if (actor.kind === 'human' && facts.get('actor.masters') !== undefined)
    return first('masters', `${actor.name} ${networkOf(ip)}`)
  const [kind, what] = otherThanUsual(context, done)
  if (kind !== '') first(kind, `${actor.name} ${what}`)
}

/** Another program or network than the one before; the first ever is no news. */
function otherThanUsual(context: Context, done: Done): readonly [kind: string, what: string] {
  const { event, actor } = context
  const state = stateOf(context)
  const agent = program(text(event['userAgent']))
  const isOtherAgent = state.program !== undefined && state.program !== agent
  if (actor.kind === 'serviceaccount') {
    const isScript = state.program !== agent && /^(?:curl|wget|httpie)$/i.test(agent)
    state.program = agent
    return [isScript || (isOtherAgent && handTools.test(agent)) ? 'tool' : '', agent]
  }
  state.program = agent
  if (!writes.test(done)) return [isOtherAgent ? 'agent' : '', agent]
  const network = networkOf(texts(event['sourceIPs']).at(-1) ?? '')
  const isOther = state.network !== undefined && state.network !== network
  state.network = network
  return [isOther ? 'network' : '', network]
}

/** The registry of an image: `docker.io` when none is written. */
function registryOf(image: string): string {
  const [host = ''] = image.split('/')
  return image.includes('/') && (/[.:]/.test(host) || host === 'localhost') ? host : 'docker.io'
}

/** Registries that this cluster was not seen to use, as soon as it was seen to use one. */
export function unknownRegistries(
  { memory, cluster }: Context,
  images: readonly string[],
): readonly string[] {
  const unknown = [...new Set(images.map((image) => `${cluster} ${registryOf(image)}`))].filter(
    (key) => memory.registries.get(key) !== true,
  )
  const hasOthers = memory.registries.get(cluster) === true
  for (const key of [cluster, ...unknown]) memory.registries.set(key, true)
  return hasOthers ? unknown.map((key) => key.slice(cluster.length + 1)) : []
}

const watched = /^(?:secrets|configmaps)$/

/** Operators read the same things with the same program for ever; the first time is news. */
function habitFacts({ event, facts, memory, cluster, actor, request }: Context): void {
  const { done, resource, namespace, name } = request
  if (!watched.test(resource)) return
  if ((done !== 'list' && done !== 'watch') || name !== '') return facts.set('habit', 'new')
  const key = [
    cluster,
    actor.name,
    resource,
    namespace,
    program(text(event['userAgent'])),
    facts.get('source_scope'),
  ].join(' ')
  const isKnown = actor.kind === 'serviceaccount' && memory.habits.get(key) === true
  facts.set('habit', isKnown ? 'known' : 'new')
  memory.habits.set(key, true)
}

/** Helm keeps its releases in secrets; reading those by their label gives nothing else. */
export function isHelm({ request }: Context): boolean {
  if (request.name.startsWith('sh.helm.release.v1.')) return true
  return queryValues(request.query, 'labelSelector').some((selector) =>
    selector.split(',').some((part) => /^owner={1,2}helm$/.test(part)),
  )
}
