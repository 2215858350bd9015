import type { FastifyInstance } from 'fastify'
import type { ApiContext } from './context.ts'
import { readSignal } from './context.ts'
import { parseDocument } from './document-field.ts'
import { problemResponses } from './schemas.ts'
import type { ScopeText } from './scope.ts'
import { readScope, scopeProperties } from './scope.ts'

const sample = 300
const mostFields = 2000
const deepest = 12

/** Paths of everything in a document that has a value of its own; a list counts as one. */
export function pathsOf(tree: unknown, prefix = '', depth = 0): readonly string[] {
  const isBranch = typeof tree === 'object' && tree !== null && !Array.isArray(tree) && depth < deepest
  if (!isBranch) return prefix === '' ? [] : [prefix]
  return Object.entries(tree).flatMap(([key, value]) =>
    pathsOf(value, prefix === '' ? key : `${prefix}.${key}`, depth + 1),
  )
}

/** Which fields events have: what a search may ask about. */
export function addFieldRoutes(server: FastifyInstance, context: ApiContext): void {
  const { store } = context
  server.get<{ Querystring: ScopeText }>('/fields', {
    config: { access: 'viewer' },
    schema: {
      summary: `Fields of the newest ${sample} events that a question finds, most frequent first`,
      tags: ['search'],
      querystring: { type: 'object', additionalProperties: false, properties: scopeProperties },
      response: {
        200: {
          type: 'object',
          required: ['fields', 'sampled'],
          properties: {
            fields: {
              type: 'array',
              items: {
                type: 'object',
                required: ['field', 'count'],
                properties: { field: { type: 'string' }, count: { type: 'integer' } },
              },
            },
            sampled: { type: 'integer' },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const { dataset, query, fromMs, toMs } = readScope(request.query, context)
      const page = await store.search(
        {
          dataset,
          query,
          ...(fromMs === undefined ? {} : { fromMs }),
          ...(toMs === undefined ? {} : { toMs }),
          limit: sample,
          order: 'newest',
        },
        readSignal(reply),
      )
      const counts = new Map<string, number>()
      for (const hit of page.hits) {
        for (const field of pathsOf(parseDocument(hit.document))) {
          if (counts.size < mostFields || counts.has(field)) counts.set(field, (counts.get(field) ?? 0) + 1)
        }
      }
      const fields = [...counts].map(([field, count]) => ({ field, count })).sort((a, b) => b.count - a.count)
      return { fields, sampled: page.hits.length }
    },
  })
}
