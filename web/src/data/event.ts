// What an event is about, in the words of a person.
import { fieldText, fieldValue } from '../../../src/api/document-field.ts'
import type { Hit } from './answers.ts'
import type { EntityKind } from './entity.ts'
import { meanings } from './entity.ts'

export interface Entity {
  readonly kind: EntityKind
  readonly field: string
  readonly value: string
}

function text(hit: Hit, field: string): string | undefined {
  return fieldText(hit.document, field)
}

export function levelOf(hit: Hit): number {
  const level = fieldValue(hit.document, 'rule.level')
  return typeof level === 'number' ? level : 0
}

export function ruleOf(hit: Hit): string | undefined {
  return text(hit, 'rule.id')
}

export function isKubernetes(hit: Hit): boolean {
  return text(hit, 'data.objectRef.resource') !== undefined || text(hit, 'data.auditID') !== undefined
}

export function isDocker(hit: Hit): boolean {
  return text(hit, 'data.docker.Type') !== undefined || text(hit, 'data.integration') === 'docker'
}

const dockerName = 'data.docker.Actor.Attributes.name'
const dockerId = 'data.docker.Actor.ID'

function objectName(hit: Hit): string | undefined {
  const parts = ['namespace', 'resource', 'name'].map((key) => text(hit, `data.objectRef.${key}`))
  return parts.some((part) => part !== undefined)
    ? parts.filter((part) => part !== undefined).join('/')
    : undefined
}

/** Best first: the container, the Kubernetes object, the user, the host. */
export function entityOf(hit: Hit): Entity | undefined {
  if (isDocker(hit)) {
    const name = text(hit, dockerName)
    const type = text(hit, 'data.docker.Type')
    const kind = type === 'image' || type === 'network' || type === 'volume' ? type : 'container'
    if (name !== undefined) return { kind, field: dockerName, value: name }
    const id = text(hit, dockerId)
    if (id !== undefined) return { kind, field: dockerId, value: id }
  }
  const object = text(hit, 'data.kube.object') ?? objectName(hit)
  const name = text(hit, 'data.objectRef.name')
  if (object !== undefined) {
    const field = name === undefined ? 'data.objectRef.resource' : 'data.objectRef.name'
    return { kind: 'object', field, value: object }
  }
  const user = text(hit, 'data.user.username') ?? text(hit, 'data.srcuser')
  if (user !== undefined) return { kind: 'user', field: 'data.user.username', value: user }
  const agent = text(hit, 'agent.name')
  return agent === undefined ? undefined : { kind: 'host', field: 'agent.name', value: agent }
}

/** Everything an event is about that has a page of its own. */
export function entitiesOf(hit: Hit): readonly { readonly kind: EntityKind; readonly id: string }[] {
  const own = entityOf(hit)
  const isNamed =
    own?.kind === 'object' ? text(hit, 'data.objectRef.name') !== undefined : own?.field !== dockerId
  const others = (['image', 'namespace', 'user', 'host', 'rule'] as const).map((kind) => ({
    kind,
    id: text(hit, meanings[kind].field),
  }))
  return [...(own && isNamed ? [{ kind: own.kind, id: own.value }] : []), ...others].flatMap(
    ({ kind, id }, index) =>
      id === undefined || id === '' || (index > 0 && kind === own?.kind) ? [] : [{ kind, id }],
  )
}

function dockerSentence(hit: Hit): string {
  const type = text(hit, 'data.docker.Type') ?? 'Docker'
  const action = text(hit, 'data.docker.Action') ?? 'event'
  return `${type} ${action}`
}

function kubernetesSentence(hit: Hit): string {
  const user = text(hit, 'data.user.username') ?? 'somebody not signed in'
  const code = text(hit, 'data.responseStatus.code')
  const sub = text(hit, 'data.objectRef.subresource')
  const object = [objectName(hit) ?? text(hit, 'data.requestURI') ?? '', sub].filter(Boolean).join('/')
  return `${user}: ${text(hit, 'data.verb') ?? 'request'} ${object}${code === undefined ? '' : ` (${code})`}`
}

/** The rule's words where a rule spoke, otherwise what happened. */
export function sentenceOf(hit: Hit): string {
  const description = text(hit, 'rule.description')
  if (description !== undefined && description !== '') return description
  if (isDocker(hit)) return dockerSentence(hit)
  if (isKubernetes(hit)) return kubernetesSentence(hit)
  return text(hit, 'full_log') ?? text(hit, 'location') ?? 'Event'
}

/** Where the panel or its page says what it is about: rules begin with it, and there is little room. */
export function shortened(sentence: string): string {
  return sentence.replace(/^(?:Docker|Kubernetes): /, '')
}

export interface Fact {
  readonly label: string
  readonly field: string
  readonly value: string
}

const facts: readonly (readonly [label: string, field: string])[] = [
  ['Name', dockerName],
  ['Image', 'data.docker.Actor.Attributes.image'],
  ['Action', 'data.docker.Action'],
  ['Kind', 'data.docker.Type'],
  ['Command', 'data.docker.exec.argv'],
  ['Exit code', 'data.docker.Actor.Attributes.exitCode'],
  ['Privileged', 'data.docker.Actor.Attributes.Privileged'],
  ['Id', dockerId],
  ['Container', 'data.docker.Actor.Attributes.container'],
  ['User', 'data.user.username'],
  ['Acting as', 'data.impersonatedUser.username'],
  ['Verb', 'data.verb'],
  ['Resource', 'data.objectRef.resource'],
  ['Subresource', 'data.objectRef.subresource'],
  ['Namespace', 'data.objectRef.namespace'],
  ['Name', 'data.objectRef.name'],
  ['Answer', 'data.responseStatus.code'],
  ['Decision', 'data.annotations.authorization.k8s.io/decision'],
  ['Reason', 'data.annotations.authorization.k8s.io/reason'],
  ['Source address', 'data.sourceIPs'],
  ['Client', 'data.userAgent'],
  ['Request', 'data.requestURI'],
  ['Cluster', 'data.kube.cluster'],
  ['Source address', 'data.srcip'],
  ['Source user', 'data.srcuser'],
  ['Host', 'agent.name'],
  ['Where', 'location'],
]

export function factsOf(hit: Hit): readonly Fact[] {
  return facts.flatMap(([label, field]) => {
    const value = text(hit, field)
    return value === undefined || value === '' ? [] : [{ label, field, value }]
  })
}

/** What the facet rail offers, in this order. `when`: only while such events are there. */
export const facetFields: readonly { readonly field: string; readonly label: string }[] = [
  { field: 'rule.level', label: 'Level' },
  { field: 'rule.description', label: 'What happened' },
  { field: 'rule.groups', label: 'Rule group' },
  { field: 'location', label: 'Source' },
  { field: 'agent.name', label: 'Host' },
  { field: 'data.docker.Type', label: 'Docker: kind' },
  { field: 'data.docker.Action', label: 'Docker: action' },
  { field: 'data.docker.Actor.Attributes.name', label: 'Docker: name' },
  { field: 'data.docker.Actor.Attributes.image', label: 'Docker: image' },
  { field: 'data.verb', label: 'Kubernetes: verb' },
  { field: 'data.objectRef.resource', label: 'Kubernetes: resource' },
  { field: 'data.objectRef.namespace', label: 'Kubernetes: namespace' },
  { field: 'data.user.username', label: 'Kubernetes: user' },
  { field: 'data.responseStatus.code', label: 'Kubernetes: answer' },
  { field: 'rule.mitre.technique', label: 'ATT&CK technique' },
  { field: 'rule.id', label: 'Rule id' },
]

export function labelOf(field: string): string {
  if (field === 'rule.mitre.id') return 'ATT&CK technique'
  if (field === 'rule.mitre.tactic') return 'ATT&CK tactic'
  const fact = facts.find(([, one]) => one === field)
  return facetFields.find((one) => one.field === field)?.label ?? fact?.[0] ?? field
}
