import type { Facts } from './facts.ts'
import { type Tree, isTree, list, text, tree } from './tree.ts'

export type Outcome = 'ok' | 'denied' | 'error' | 'received'
/** What a request did: only when it succeeded, changed more than a dry run, and was not told before. */
export type Done = 'get' | 'list' | 'watch' | 'create' | 'update' | 'delete' | 'connect' | 'other'

export interface Request {
  readonly outcome: Outcome
  readonly done: Done | undefined
  /** `pods`, `pods/exec`. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
  /** Query part of the URI, not decoded. */
  readonly query: string
}

const connections = new Set(['exec', 'attach', 'portforward', 'proxy'])
/** A map, because the verb of an unknown method is that method. */
const doneOf: ReadonlyMap<string, Done> = new Map([
  ['get', 'get'],
  ['list', 'list'],
  ['watch', 'watch'],
  ['create', 'create'],
  ['update', 'update'],
  ['patch', 'update'],
  ['delete', 'delete'],
  ['deletecollection', 'delete'],
])

function outcomeOf(event: Tree): Outcome {
  const { responseStatus, annotations, stage } = event
  if (stage === 'RequestReceived' || !isTree(responseStatus)) return 'received'
  const code = responseStatus['code']
  if (code === 401 || code === 403 || tree(annotations)['authorization.k8s.io/decision'] === 'forbid')
    return 'denied'
  return typeof code === 'number' && ((code >= 200 && code < 300) || code === 101) ? 'ok' : 'error'
}

/** `generateName` objects have no name in the reference, only in the answer. */
function nameOf(event: Tree, reference: Tree): string {
  const name = text(reference['name'])
  if (name !== '') return name
  const body = tree(event['responseObject'])
  return body['kind'] === 'Status' ? '' : text(tree(body['metadata'])['name'])
}

/** Groups of Kubernetes, of OpenShift and of what has rules of its own. */
const ownGroup = /^[^.]*$|\.(?:k8s|openshift|cilium|velero)\.io$|^(?:cilium|velero)\.io$|projectcalico\.org$/
const builtIn =
  /^(?:pods|secrets|services|nodes|namespaces|configmaps|serviceaccounts|endpoints|bindings|(?:cluster)?role(?:binding)?s|networkpolicies|ingresses|deployments|daemonsets|statefulsets|replicasets|jobs|cronjobs)$/

/** `pods/exec`; a custom resource that is only called like a built-in one keeps its group: `services.serving.knative.dev`. */
function resourceOf(reference: Tree): string {
  const subresource = text(reference['subresource'])
  const resource = text(reference['resource'])
  const group = text(reference['apiGroup'])
  const isForeign = group !== '' && !ownGroup.test(group) && builtIn.test(resource)
  return `${resource}${isForeign ? `.${group}` : ''}${subresource === '' ? '' : `/${subresource}`}`
}

export function requestFacts(event: Tree, facts: Facts, isRepeat: boolean): Request {
  const reference = tree(event['objectRef'])
  const subresource = text(reference['subresource'])
  const resource = resourceOf(reference)
  const namespace = text(reference['namespace'])
  const name = nameOf(event, reference)
  const uri = text(event['requestURI'])
  const mark = uri.indexOf('?')
  const query = mark < 0 ? '' : uri.slice(mark + 1)
  const isDryRun = mark >= 0 && /(?:^|&)dryRun=All(?:&|$)/i.test(query)
  const outcome = outcomeOf(event)
  const verb = text(event['verb'])
  const kind: Done = connections.has(subresource) ? 'connect' : (doneOf.get(verb) ?? 'other')
  const done = outcome === 'ok' && !isDryRun && !isRepeat ? kind : undefined
  facts.set('outcome', outcome)
  facts.set('resource', resource)
  facts.set('object', [namespace, resource, name].filter((part) => part !== '').join('/'))
  facts.set('name', name)
  facts.set('dry_run', isDryRun)
  facts.set('done', done)
  if (resource !== '') facts.set('scope', name !== '' ? 'object' : namespace !== '' ? 'namespace' : 'cluster')
  return { outcome, done, resource, namespace, name, query }
}

function decode(part: string): string {
  const spaced = part.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** Values of one parameter, decoded. Broken escapes stay as they are. */
export function queryValues(query: string, name: string): readonly string[] {
  const values: string[] = []
  for (const pair of query.split('&', 2_000)) {
    const equals = pair.indexOf('=')
    if (equals >= 0 && decode(pair.slice(0, equals)) === name) values.push(decode(pair.slice(equals + 1)))
  }
  return values
}

/**
 * The object a change left behind: what the server answered, else what was sent; a JSON patch gives one partial object for every value it sets.
 * Empty below level Request.
 */
export function changedObjects(event: Tree, { outcome }: Request): readonly Tree[] {
  const { responseObject, requestObject } = event
  if (outcome === 'ok' && isTree(responseObject) && responseObject['kind'] !== 'Status')
    return [responseObject]
  if (isTree(requestObject)) return [requestObject]
  return list(requestObject)
    .slice(0, 1_000)
    .flatMap((operation) => {
      const { op, path, value } = tree(operation)
      const isSet = (op === 'add' || op === 'replace') && typeof path === 'string'
      return isSet ? [tree(nested(path.split('/').slice(1, deepest), value))] : []
    })
}

const deepest = 32

/** `value` at the end of the path of a JSON pointer, everything else left out. */
function nested(steps: readonly string[], value: unknown): unknown {
  return steps.reduceRight<unknown>((inner, step) => {
    if (/^(?:\d+|-)$/.test(step)) return [inner]
    return { [step.replaceAll('~1', '/').replaceAll('~0', '~')]: inner }
  }, value)
}
