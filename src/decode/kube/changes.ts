import type { ActorKind } from './actor.ts'
import type { Context } from './kube-facts.ts'
import type { KnownWebhooks } from './kube-memory.ts'
import { type Tree, at, list, text, tree } from './tree.ts'

const enforce = 'pod-security.kubernetes.io/enforce'
const limits = /^(?:baseline|restricted)$/

const labelsOf = (body: Tree): Tree => at(body, 'metadata', 'labels')

/** Patches say that a label goes by `null` or by the operation `remove`. */
function isLabelRemoved({ requestObject }: Tree): boolean {
  const pointer = `/metadata/labels/${enforce.replace('/', '~1')}`
  const isGone = list(requestObject).some(
    (step) => tree(step)['op'] === 'remove' && tree(step)['path'] === pointer,
  )
  return isGone || labelsOf(tree(requestObject))[enforce] === null
}

/** Most patches are about other labels, and operators write whole objects as they found them. */
function isSetBy(kind: ActorKind, { verb, requestObject }: Tree): boolean {
  if (verb !== 'patch') return kind === 'human'
  return requestObject === undefined || /(?:\/|~1)enforce"/.test(JSON.stringify(requestObject))
}

/** From the level that was seen last to the one of now. `isSet`: the label is what this request is about. */
function lowered(known: string | undefined, level: string, isSet: boolean): string | undefined {
  if (level === 'privileged') return known === level || (known === undefined && !isSet) ? undefined : level
  if (level === 'baseline') return known === 'restricted' ? level : undefined
  return level === '' && limits.test(known ?? '') ? 'removed' : undefined
}

/** What a namespace allows its pods, and whether that is less strict than what was seen before. */
export function namespaceFacts(context: Context, bodies: readonly Tree[]): void {
  const { event, facts, memory, cluster, request, actor } = context
  const key = `${cluster} ${request.name}`
  const known = memory.namespaces.get(key)
  const remember = (level: string) => {
    if (request.done !== undefined) memory.namespaces.set(key, level)
  }
  const isWhole = event['verb'] !== 'patch' || bodies[0] === event['responseObject']
  for (const body of bodies) {
    const level = text(labelsOf(body)[enforce])
    facts.set('namespace.enforce', level === '' ? 'none' : level)
    if (!isWhole && level === '') continue
    facts.set('namespace.lowered', lowered(known, level, isSetBy(actor.kind, event)))
    remember(level)
  }
  if (!isLabelRemoved(event)) return
  facts.set('namespace.enforce', 'removed')
  facts.set('namespace.lowered', 'removed')
  remember('')
}

const selectors = ['namespaceSelector', 'objectSelector', 'matchConditions', 'rules', 'matchPolicy'] as const

function webhooksOf(bodies: readonly Tree[]): KnownWebhooks {
  const found = bodies.flatMap((body) => list(body['webhooks']).map(tree)).slice(0, 100)
  return new Map(
    found.map((webhook) => {
      const seen = selectors.map((name) => JSON.stringify(webhook[name] ?? ''))
      return [
        text(webhook['name']),
        { failurePolicy: text(webhook['failurePolicy']), selectors: seen.join() },
      ]
    }),
  )
}

/** What the steps of a JSON patch or the fragments of another patch set. */
function patched({ verb, requestObject }: Tree): ReadonlySet<string> {
  const changes = new Set<string>()
  if (verb !== 'patch') return changes
  for (const webhook of list(tree(requestObject)['webhooks']).map(tree))
    if (webhook['failurePolicy'] === 'Ignore') changes.add('fails-open')
  for (const step of list(requestObject).map(tree)) {
    const path = text(step['path'])
    if (step['value'] === 'Ignore' && path.endsWith('/failurePolicy')) changes.add('fails-open')
    if (/^\/webhooks\/\d+\/(?:namespaceSelector|objectSelector|matchConditions|rules)/.test(path))
      changes.add('looks-away')
    if (step['op'] === 'remove' && /^\/webhooks(?:\/\d+)?$/.test(path)) changes.add('looks-away')
  }
  return changes
}

/** A webhook that lets requests pass when it fails, or that looks at other requests than before. */
export function webhookChangeFacts(
  { event, facts, memory, cluster, request }: Context,
  bodies: readonly Tree[],
): void {
  const key = `${cluster} ${request.resource} ${request.name}`
  const known = memory.webhooks.get(key)
  const now = webhooksOf(bodies)
  const isNew = request.done === 'create' || tree(event['responseStatus'])['code'] === 201
  const changes = new Set(isNew ? [] : patched(event))
  const isWhole = bodies.some((body) => body === event['responseObject']) || event['verb'] === 'update'
  if (isWhole && !isNew) {
    for (const [name, before] of known ?? []) {
      const after = now.get(name)
      if (after === undefined || after.selectors !== before.selectors) changes.add('looks-away')
      else if (before.failurePolicy !== 'Ignore' && after.failurePolicy === 'Ignore')
        changes.add('fails-open')
    }
  }
  facts.set('webhook.fails_open', changes.has('fails-open'))
  facts.set('webhook.looks_away', changes.has('looks-away'))
  if (request.done !== undefined && isWhole) memory.webhooks.set(key, now)
}
