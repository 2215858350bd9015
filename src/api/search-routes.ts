import type { FastifyInstance } from 'fastify'
import type { Aggregation, AggregationResult, Store } from '../store/store.ts'
import {
  aggregationSchema,
  bucketSchema,
  checkAggregations,
  field,
  resultSchema,
  size,
} from './aggregations.ts'
import type { ApiContext } from './context.ts'
import { readSignal } from './context.ts'
import { narrow } from './filters.ts'
import { hitSchema, hitsJson } from './hit-json.ts'
import { ApiProblem } from './problem-details.ts'
import { parseQuery } from '../store/query/parse.ts'
import { problemResponses } from './schemas.ts'
import type { Scope, ScopeText } from './scope.ts'
import { readScope, scopeProperties } from './scope.ts'

interface SearchText extends ScopeText {
  readonly sort?: 'newest' | 'oldest'
  readonly after?: number
  readonly before?: number
  readonly limit?: number
}

interface AggregateBody extends ScopeText {
  readonly aggs: Readonly<Record<string, Aggregation>>
}

interface FacetsText extends ScopeText {
  readonly fields: readonly string[]
  readonly limit?: number
}

function spanOf(scope: Scope): number | undefined {
  return scope.fromMs === undefined || scope.toMs === undefined ? undefined : scope.toMs - scope.fromMs
}

function within(scope: Scope): { readonly fromMs?: number; readonly toMs?: number } {
  const { fromMs, toMs } = scope
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) }
}

export function addSearchRoutes(server: FastifyInstance, context: ApiContext): void {
  addSearch(server, context)
  addAggregate(server, context)
  addFacets(server, context)
  addValues(server, context)
  server.post<{ Body: { readonly q: string } }>('/query/parse', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Check a query and see how it is understood',
      tags: ['search'],
      body: {
        type: 'object',
        required: ['q'],
        additionalProperties: false,
        properties: { q: { type: 'string', maxLength: 4096 } },
      },
      response: {
        200: {
          type: 'object',
          properties: {
            query: { type: 'object', additionalProperties: true },
            error: {
              type: 'object',
              required: ['message', 'position'],
              properties: {
                message: { type: 'string' },
                position: { type: 'integer' },
                hint: { type: 'string' },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: (request) => parseQuery(request.body.q),
  })
}

const opposite = { newest: 'oldest', oldest: 'newest' } as const

function addSearch(server: FastifyInstance, context: ApiContext): void {
  const { store } = context
  server.get<{ Querystring: SearchText }>('/search', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Events or alerts, newest first, page by page',
      tags: ['search'],
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...scopeProperties,
          sort: { type: 'string', enum: ['newest', 'oldest'], default: 'newest' },
          after: { type: 'integer', minimum: 0, description: '`next` of the page before.' },
          before: {
            type: 'integer',
            minimum: 0,
            description: '`previous` of the page after; not with `after`.',
          },
          limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['hits', 'total', 'tookMs'],
          properties: {
            hits: { type: 'array', items: hitSchema },
            total: {
              type: 'object',
              required: ['value', 'exact'],
              properties: { value: { type: 'integer' }, exact: { type: 'boolean' } },
            },
            next: { type: 'integer', description: 'Absent on the last page.' },
            previous: { type: 'integer', description: 'Where to go back from; absent on an empty page.' },
            head: { type: 'integer', description: 'Position from which a live tail goes on.' },
            partial: { type: 'string', description: 'Why the answer is not complete.' },
            tookMs: { type: 'number' },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const begun = performance.now()
      const { sort = 'newest', after, before, limit = 100 } = request.query
      if (after !== undefined && before !== undefined)
        throw new ApiProblem(400, 'page', 'A page begins after one position or ends before one, not both.')
      const isBack = before !== undefined
      const scope = readScope(request.query, context)
      // Before the search: a live tail that begins here misses nothing, whether or not anything was found.
      const head = store.head()
      const page = await store.search(
        {
          dataset: scope.dataset,
          query: scope.query,
          ...within(scope),
          limit,
          order: isBack ? opposite[sort] : sort,
          ...(after === undefined ? {} : { after }),
          ...(before === undefined ? {} : { after: before }),
        },
        readSignal(reply),
      )
      const hits = isBack ? page.hits.toReversed() : page.hits
      const first = hits[0]
      const last = hits.at(-1)
      const tail = JSON.stringify({
        total: page.total,
        head,
        ...((isBack || hits.length === limit) && last ? { next: last.position } : {}),
        ...(first ? { previous: first.position } : {}),
        ...(page.partial === undefined ? {} : { partial: page.partial }),
        tookMs: Math.round((performance.now() - begun) * 10) / 10,
      })
      const text = `{"hits":${hitsJson(hits)},${tail.slice(1)}`
      return reply.type('application/json; charset=utf-8').send(Buffer.from(text))
    },
  })
}

const aggregateSchema = {
  type: 'object',
  required: ['aggs'],
  additionalProperties: false,
  properties: {
    ...scopeProperties,
    aggs: { type: 'object', maxProperties: 24, additionalProperties: aggregationSchema },
  },
} as const

const aggregateAnswer = {
  type: 'object',
  required: ['results', 'tookMs'],
  properties: {
    results: { type: 'object', additionalProperties: resultSchema },
    tookMs: { type: 'number' },
  },
} as const

function addAggregate(server: FastifyInstance, context: ApiContext): void {
  const { store } = context

  async function answer(asked: AggregateBody, signal: AbortSignal) {
    const begun = performance.now()
    const scope = readScope(asked, context)
    checkAggregations(asked.aggs, spanOf(scope))
    const results = await store.aggregate(
      { dataset: scope.dataset, query: scope.query, ...within(scope), aggregations: asked.aggs },
      signal,
    )
    return { results, tookMs: performance.now() - begun }
  }

  server.post<{ Body: AggregateBody }>('/aggregate', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Counts: many aggregations of the same events in one request',
      tags: ['search'],
      body: aggregateSchema,
      response: { 200: aggregateAnswer, ...problemResponses },
    },
    handler: (request, reply) => answer(request.body, readSignal(reply)),
  })

  server.post<{ Body: { readonly questions: readonly AggregateBody[] } }>('/aggregates', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Counts of several questions in one request, answered in their order',
      tags: ['search'],
      body: {
        type: 'object',
        required: ['questions'],
        additionalProperties: false,
        properties: { questions: { type: 'array', minItems: 1, maxItems: 32, items: aggregateSchema } },
      },
      response: {
        200: {
          type: 'object',
          required: ['answers'],
          properties: { answers: { type: 'array', items: aggregateAnswer } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const signal = readSignal(reply)
      return {
        answers: await Promise.all(request.body.questions.map((asked) => answer(asked, signal))),
      }
    },
  })
}

/** Counts of the values of one field with its own filters left out. */
async function countFacets(
  store: Store,
  scope: Scope,
  asked: { readonly fields: readonly string[]; readonly limit: number },
  signal: AbortSignal,
) {
  const { fields, limit } = asked
  const filtered = new Set(
    scope.filters.filter(({ kind }) => kind === 'is' || kind === 'absent').map(({ field }) => field),
  )
  const free = fields.filter((name) => !filtered.has(name))
  const groups = [free, ...fields.filter((name) => filtered.has(name)).map((name) => [name])]
  const found = await Promise.all(
    groups
      .filter((names) => names.length > 0)
      .map((names) =>
        store.aggregate(
          {
            dataset: scope.dataset,
            query: names === free ? scope.query : narrow(scope.typed, scope.filters, names[0]),
            ...within(scope),
            aggregations: Object.fromEntries(
              names.map((name) => [name, { kind: 'terms', field: name, size: limit } as const]),
            ),
          },
          signal,
        ),
      ),
  )
  const all: Record<string, AggregationResult> = Object.assign({}, ...found)
  return fields.map((name) => ({ field: name, ...(all[name] ?? { buckets: [] }) }))
}

function addFacets(server: FastifyInstance, context: ApiContext): void {
  server.post<{ Body: FacetsText }>('/facets', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Most frequent values of some fields; a field ignores its own filters',
      tags: ['search'],
      body: {
        type: 'object',
        required: ['fields'],
        additionalProperties: false,
        properties: {
          ...scopeProperties,
          fields: { type: 'array', minItems: 1, maxItems: 40, uniqueItems: true, items: field },
          limit: { ...size, maximum: 200, default: 8 },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['facets'],
          properties: {
            facets: {
              type: 'array',
              items: {
                type: 'object',
                required: ['field', 'buckets'],
                properties: { field, ...resultSchema.properties },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const scope = readScope(request.body, context)
      const { fields, limit = 8 } = request.body
      return { facets: await countFacets(context.store, scope, { fields, limit }, readSignal(reply)) }
    },
  })
}

function addValues(server: FastifyInstance, context: ApiContext): void {
  const { store } = context
  server.get<{ Querystring: ScopeText & { readonly field: string; readonly prefix?: string } }>('/values', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Values of a field that begin with some text, most frequent first',
      tags: ['search'],
      querystring: {
        type: 'object',
        required: ['field'],
        additionalProperties: false,
        properties: { ...scopeProperties, field, prefix: { type: 'string', maxLength: 256, default: '' } },
      },
      response: {
        200: {
          type: 'object',
          required: ['values'],
          properties: { values: { type: 'array', items: bucketSchema } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const scope = readScope(request.query, context)
      const aggregations = { values: { kind: 'terms', field: request.query.field, size: 500 } } as const
      const { values } = await store.aggregate(
        { dataset: scope.dataset, query: scope.query, ...within(scope), aggregations },
        readSignal(reply),
      )
      const prefix = (request.query.prefix ?? '').toLowerCase()
      const fitting = (values?.buckets ?? []).filter(({ key }) => String(key).toLowerCase().includes(prefix))
      return { values: fitting.slice(0, 20) }
    },
  })
}
