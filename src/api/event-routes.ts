import type { FastifyInstance } from 'fastify'
import type { Query } from '../store/query/query.ts'
import type { Dataset, Hit } from '../store/store.ts'
import type { ApiContext } from './context.ts'
import { readSignal } from './context.ts'
import { documentJson, hitJson, hitSchema, hitsJson } from './hit-json.ts'
import { notFound } from './problem-details.ts'
import { problemResponses } from './schemas.ts'
import { entityFields, fieldText } from './document-field.ts'
import { parseDocument } from './document-field.ts'

const idParams = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1, maxLength: 1024 } },
} as const

interface ContextText {
  readonly ds?: Dataset
  readonly scope?: keyof typeof entityFields
  readonly before?: number
  readonly after?: number
}

const jsonType = 'application/json; charset=utf-8'

export function addEventRoutes(server: FastifyInstance, context: ApiContext): void {
  const { store } = context

  async function find(id: string): Promise<Hit> {
    const hit = await store.event(id)
    if (!hit) throw notFound('This event')
    return hit
  }

  server.get<{ Params: { readonly id: string } }>('/events/:id', {
    config: { access: 'viewer' },
    schema: {
      summary: 'One event by its id',
      tags: ['search'],
      params: idParams,
      response: { 200: hitSchema, ...problemResponses },
    },
    handler: async (request, reply) =>
      reply.type(jsonType).send(Buffer.from(hitJson(await find(request.params.id)))),
  })

  server.get<{ Params: { readonly id: string }; Querystring: ContextText }>('/events/:id/context', {
    config: { access: 'viewer' },
    schema: {
      summary: 'What came before and after an event, of the same container, pod, user or agent',
      tags: ['search'],
      params: idParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ds: { type: 'string', enum: ['alerts', 'events'], default: 'events' },
          scope: { type: 'string', enum: ['container', 'pod', 'user', 'agent', 'source'], default: 'agent' },
          before: { type: 'integer', minimum: 0, maximum: 100, default: 20 },
          after: { type: 'integer', minimum: 0, maximum: 100, default: 20 },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['before', 'after', 'scope'],
          properties: {
            scope: {
              type: 'object',
              properties: { field: { type: 'string' }, value: { type: 'string' } },
            },
            before: { type: 'array', items: hitSchema, description: 'Nearest first.' },
            after: { type: 'array', items: hitSchema, description: 'Nearest first.' },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const { ds = 'events', scope = 'agent', before = 20, after = 20 } = request.query
      const hit = await find(request.params.id)
      const shared = sharedField(hit, scope)
      const query: Query = shared
        ? { kind: 'match', field: shared.field, value: shared.value, phrase: true }
        : { kind: 'all' }
      const signal = readSignal(reply)
      const near = async (order: 'newest' | 'oldest', limit: number) =>
        limit === 0
          ? []
          : (await store.search({ dataset: ds, query, limit, order, after: hit.position }, signal)).hits
      const [older, newer] = await Promise.all([near('newest', before), near('oldest', after)])
      const body = `{"scope":${JSON.stringify(shared ?? {})},"before":${hitsJson(older)},"after":${hitsJson(newer)}}`
      return reply.type(jsonType).send(Buffer.from(body))
    },
  })
}

function sharedField(
  hit: Hit,
  scope: keyof typeof entityFields,
): { readonly field: string; readonly value: string } | undefined {
  const document = parseDocument(documentJson(hit.document))
  for (const field of entityFields[scope]) {
    const value = fieldText(document, field)
    if (value !== undefined && value !== '') return { field, value }
  }
  return undefined
}
