import type { FastifyInstance } from 'fastify'
import type { EngineInventory } from '../event/inventory.ts'
import type { ApiContext } from './context.ts'
import { containerSchema, engineSchema, imageSchema, networkSchema, volumeSchema } from './docker-schemas.ts'
import { problemResponses } from './schemas.ts'

type Kind = 'containers' | 'images' | 'volumes' | 'networks'

interface Wanted {
  readonly engine?: string
  readonly state?: string
  readonly q?: string
  readonly limit: number
  readonly offset: number
}

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    engine: { type: 'string', maxLength: 1024, description: 'Only those of this engine.' },
    q: {
      type: 'string',
      maxLength: 200,
      description:
        'Only those with this text in id, name, image, digest, project, driver or risk; case does not count.',
    },
    limit: { type: 'integer', minimum: 1, maximum: 20_000, default: 1000 },
    offset: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
  },
} as const

const state = {
  type: 'string',
  maxLength: 20,
  description: 'Only containers in this state: `running`.',
} as const

const lists = [
  { kind: 'containers', summary: 'Containers with state, risks and last activity', schema: containerSchema },
  { kind: 'images', summary: 'Images with versions, digests and who uses them', schema: imageSchema },
  { kind: 'volumes', summary: 'Volumes and who has them mounted', schema: volumeSchema },
  { kind: 'networks', summary: 'Networks and who is attached to them', schema: networkSchema },
] as const

/** What exists on the container engines that are watched, as it is now. */
export function addDockerRoutes(server: FastifyInstance, context: ApiContext): void {
  const engines = (): readonly EngineInventory[] => context.inventory?.() ?? []

  server.get('/docker/engines', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Container engines that are watched, and how much is on each',
      tags: ['docker'],
      response: {
        200: {
          type: 'object',
          required: ['engines'],
          properties: { engines: { type: 'array', items: engineSchema } },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({ engines: engines().map(summaryOf) }),
  })

  for (const { kind, summary, schema } of lists) {
    const properties = kind === 'containers' ? { ...querystring.properties, state } : querystring.properties
    server.get<{ Querystring: Wanted }>(`/docker/${kind}`, {
      config: { access: 'viewer' },
      schema: {
        summary,
        tags: ['docker'],
        querystring: { ...querystring, properties },
        response: {
          200: {
            type: 'object',
            required: [kind, 'total'],
            properties: {
              [kind]: { type: 'array', items: schema },
              total: { type: 'integer', description: 'How many there are, on this page or not.' },
            },
          },
          ...problemResponses,
        },
      },
      handler: async ({ query }) => {
        const found = chosen(engines(), kind, query)
        const { offset, limit } = query
        return { [kind]: found.slice(offset, offset + limit), total: found.length }
      },
    })
  }
}

function summaryOf({ containers, images, volumes, networks, ...engine }: EngineInventory): object {
  return {
    ...engine,
    running: containers.filter(({ state }) => state === 'running').length,
    containers: containers.length,
    images: images.length,
    volumes: volumes.length,
    networks: networks.length,
  }
}

/** Newest activity first, then by name. */
function chosen(engines: readonly EngineInventory[], kind: Kind, wanted: Wanted): readonly object[] {
  const text = wanted.q?.toLowerCase()
  return engines
    .filter(({ engine }) => wanted.engine === undefined || wanted.engine === engine)
    .flatMap((engine) => engine[kind].map((item) => ({ engine: engine.engine, ...item })))
    .filter((item) => wanted.state === undefined || !('state' in item) || item.state === wanted.state)
    .filter(
      (item) => text === undefined || searchable(item).some((part) => part.toLowerCase().includes(text)),
    )
    .sort((left, right) => (right.lastActivityAtMs ?? 0) - (left.lastActivityAtMs ?? 0))
}

const searched = [
  'id',
  'name',
  'image',
  'imageId',
  'project',
  'service',
  'driver',
  'names',
  'digests',
  'risks',
]

function searchable(item: object): string[] {
  return Object.entries(item).flatMap(([key, value]: [string, unknown]) => {
    if (!searched.includes(key)) return []
    return (Array.isArray(value) ? value : [value]).filter((part) => typeof part === 'string')
  })
}
