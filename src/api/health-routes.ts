import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiContext } from './context.ts'
import { ApiProblem } from './problem-details.ts'
import { problemResponses } from './schemas.ts'

export const problemOfRules = {
  type: 'object',
  required: ['code', 'severity', 'message'],
  properties: {
    code: { type: 'string' },
    severity: { type: 'string' },
    message: { type: 'string' },
    at: {
      type: 'object',
      properties: { file: { type: 'string' }, line: { type: 'integer' }, column: { type: 'integer' } },
    },
  },
} as const

const advised = { state: { type: 'string' }, detail: { type: 'string' }, advice: { type: 'string' } } as const

const sender = {
  type: 'object',
  required: ['cluster', 'server', 'events', 'lastEventAtMs'],
  properties: {
    cluster: { type: 'string' },
    server: { type: 'string' },
    events: { type: 'integer' },
    eventsPerSecond: { type: 'number' },
    lagSeconds: { type: 'number' },
    lastEventAtMs: { type: 'number' },
  },
} as const

const healthSchema = {
  type: 'object',
  required: [
    'ready',
    'startedAtMs',
    'nowMs',
    'sources',
    'checks',
    'rules',
    'pipeline',
    'store',
    'version',
    'hostName',
  ],
  properties: {
    ready: { type: 'boolean' },
    startedAtMs: { type: 'number' },
    nowMs: { type: 'number' },
    version: { type: 'string' },
    hostName: { type: 'string' },
    sources: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'type', 'state', 'detail'],
        properties: {
          name: { type: 'string' },
          type: { type: 'string' },
          ...advised,
          lastEventAtMs: { type: 'number' },
          events: { type: 'integer' },
          senders: { type: 'array', items: sender },
        },
      },
    },
    checks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'title', 'state', 'detail'],
        properties: { id: { type: 'string' }, title: { type: 'string' }, ...advised },
      },
    },
    rules: {
      type: 'object',
      required: ['size', 'problems'],
      properties: { size: { type: 'integer' }, problems: { type: 'array', items: problemOfRules } },
    },
    pipeline: {
      type: 'object',
      required: ['eventsReceived', 'alertsRaised', 'dropped'],
      properties: {
        eventsReceived: { type: 'integer' },
        alertsRaised: { type: 'integer' },
        dropped: { type: 'integer' },
      },
    },
    store: {
      type: 'object',
      required: ['events', 'alerts', 'sizeBytes'],
      properties: {
        events: { type: 'integer' },
        alerts: { type: 'integer' },
        sizeBytes: { type: 'number' },
        oldestMs: { type: 'number' },
        newestMs: { type: 'number' },
      },
    },
  },
} as const

const readySchema = { type: 'object', properties: { ready: { type: 'boolean' } } } as const

/** How the manager is doing, for people who are signed in. */
export function addHealthRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/health', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Sources, checks, rules and store, each with what to do about it',
      tags: ['health'],
      response: { 200: healthSchema, ...problemResponses },
    },
    handler: async () => ({
      ...context.health(),
      store: await context.store.stats(),
      nowMs: context.now(),
      version: context.version,
      hostName: context.hostName,
    }),
  })
}

/** For machines: open, without detail. */
export function addProbeRoutes(server: FastifyInstance, context: ApiContext): void {
  for (const url of ['/healthz', '/readyz']) {
    server.get(url, {
      config: { access: 'open' },
      logLevel: 'silent',
      schema: {
        summary: 'Ready to receive events and to answer',
        tags: ['health'],
        response: { 200: readySchema, 503: readySchema, ...problemResponses },
      },
      handler: async (_request, reply) => {
        const { ready } = context.health()
        // As text: the first probe, which says that the start is over, does not wait until what serializes answers is read.
        return reply
          .code(ready ? 200 : 503)
          .type('application/json; charset=utf-8')
          .send(`{"ready":${ready}}`)
      },
    })
  }

  server.get('/metrics', {
    config: { access: 'open' },
    schema: {
      summary: 'Metrics for Prometheus: from this machine, or with token or session',
      tags: ['health'],
      response: { 200: { type: 'string' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      if (context.metrics !== 'open' && !isLocal(request) && !request.identity) {
        throw new ApiProblem(401, 'signed-out', 'Metrics need an API token here.', {
          advice: 'Make a token with the role viewer and send it as a bearer token.',
        })
      }
      return reply.type(context.telemetry.metrics.contentType).send(await context.telemetry.metrics.metrics())
    },
  })
}

/** A proxy on this machine makes everybody look local; what it forwards says so. */
function isLocal(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? ''
  const isForwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined
  return !isForwarded && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
