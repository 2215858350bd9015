// Whom or what events are about: everything that has a page of its own.
import { hrefOf } from './address.ts'
import { filterText, longestValue } from './filter.ts'

export const entityKinds = [
  'container',
  'image',
  'network',
  'volume',
  'object',
  'namespace',
  'user',
  'address',
  'host',
  'rule',
] as const
export type EntityKind = (typeof entityKinds)[number]

interface Meaning {
  /** In a sentence. */
  readonly word: string
  /** Of a value that names such a thing by itself. */
  readonly field: string
  /** In addition to the field, where its values are used for more than one kind. */
  readonly only?: string
  /** Counted on its page, in this order. */
  readonly related: readonly string[]
}

const name = 'data.docker.Actor.Attributes.name'
const image = 'data.docker.Actor.Attributes.image'
const typeIs = (value: string) => filterText({ field: 'data.docker.Type', kind: 'is', value })

export const meanings: Readonly<Record<EntityKind, Meaning>> = {
  container: {
    word: 'container',
    field: name,
    only: typeIs('container'),
    related: ['data.docker.Action', image, 'agent.name'],
  },
  image: { word: 'image', field: image, related: [name, 'data.docker.Action', 'agent.name'] },
  network: {
    word: 'network',
    field: name,
    only: typeIs('network'),
    related: ['data.docker.Action', 'data.docker.Actor.Attributes.container', 'agent.name'],
  },
  volume: {
    word: 'volume',
    field: name,
    only: typeIs('volume'),
    related: ['data.docker.Action', 'data.docker.Actor.Attributes.container', 'agent.name'],
  },
  object: {
    word: 'object',
    field: 'data.kube.object',
    related: ['data.user.username', 'data.verb', 'data.objectRef.subresource', 'data.responseStatus.code'],
  },
  namespace: {
    word: 'namespace',
    field: 'data.objectRef.namespace',
    related: ['data.user.username', 'data.verb', 'data.objectRef.resource', 'data.objectRef.name'],
  },
  user: {
    word: 'user',
    field: 'data.user.username',
    related: [
      'data.verb',
      'data.objectRef.resource',
      'data.objectRef.namespace',
      'data.sourceIPs',
      'data.userAgent',
      'data.responseStatus.code',
    ],
  },
  address: {
    word: 'address',
    field: 'data.sourceIPs',
    related: ['data.user.username', 'data.userAgent', 'data.verb', 'data.objectRef.resource'],
  },
  host: { word: 'host', field: 'agent.name', related: ['location', name, image, 'rule.groups'] },
  rule: {
    word: 'rule',
    field: 'rule.id',
    related: [name, 'data.user.username', 'data.objectRef.namespace', 'agent.name'],
  },
}

/** Filters that leave only what is about it. */
export function filtersOf(kind: EntityKind, id: string): readonly string[] {
  if (kind === 'object') return objectFilters(id)
  const { field, only } = meanings[kind]
  return [filterText({ field, kind: 'is', value: id }), ...(only === undefined ? [] : [only])]
}

/** `namespace/resource/name`, without the namespace for what belongs to the whole cluster. */
function objectFilters(id: string): readonly string[] {
  const parts = id.split('/')
  const keys = parts.length > 2 ? ['namespace', 'resource', 'name'] : ['resource', 'name']
  return keys.flatMap((key, index) => {
    const value = index === keys.length - 1 ? parts.slice(index).join('/') : parts[index]
    return value ? [filterText({ field: `data.objectRef.${key}`, kind: 'is', value })] : []
  })
}

/** Kind of thing that values of a field name; of container names only where it is known that they are. */
export function kindOf(field: string): EntityKind | undefined {
  return entityKinds.find((kind) => meanings[kind].field === field)
}

/** To its page: it shows everything about it, so the search and the filters stay behind. */
export function entityHref(kind: EntityKind, id: string): string | undefined {
  if (id.length > longestValue) return undefined
  return hrefOf('entity', { q: undefined, f: undefined, kind, id })
}
