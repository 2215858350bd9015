import path from 'node:path'
import compress from '@fastify/compress'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { FastifyError, FastifyInstance } from 'fastify'
import { fastify } from 'fastify'
import { apiEvents } from '../telemetry/api.ts'
import type { Api, ApiOptions } from './api-options.ts'
import { Accounts } from './auth/accounts.ts'
import { createSignInSecret } from './auth/sign-in-link.ts'
import type { ApiContext } from './context.ts'
import { addDockerRoutes } from './docker-routes.ts'
import { addBacktestRoutes } from './backtest-routes.ts'
import { addEventRoutes } from './event-routes.ts'
import { addExportRoutes } from './export-routes.ts'
import { addFieldRoutes } from './field-routes.ts'
import { addGuard } from './guard.ts'
import { addHealthRoutes, addProbeRoutes } from './health-routes.ts'
import { compileSchemasLate, lateSchemas } from './late-schemas.ts'
import { addMitreRoutes } from './mitre-routes.ts'
import { Notebook } from './notebook.ts'
import { addNotebookRoutes } from './notebook-routes.ts'
import { addPageRoutes } from './page-routes.ts'
import { ApiProblem, sendProblem } from './problem-details.ts'
import { addRuleFileRoutes } from './rule-file-routes.ts'
import { addRuleRoutes } from './rule-routes.ts'
import { addSearchRoutes } from './search-routes.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { addSessionRoutes } from './session-routes.ts'
import { addTailRoutes } from './tail-routes.ts'
import { addUserRoutes } from './user-routes.ts'

const maxBodyBytes = 256 * 1024
const maxHeaderBytes = 16 * 1024

/** Starts the HTTPS server of API and dashboard. Rejects when the port cannot be bound or the accounts cannot be read. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const closing = new AbortController()
  const accounts = await Accounts.open(options.home, options.now)
  const notebook = await Notebook.open(options.home, options.now)
  const context: ApiContext = {
    ...options,
    accounts,
    notebook,
    events: apiEvents(options.telemetry),
    closing: closing.signal,
  }
  const server = await buildServer(context)
  await server.listen({ host: options.listen.bind, port: options.listen.port })
  const bound = server.server.address()
  const port = typeof bound === 'object' && bound ? bound.port : options.listen.port
  context.events.listening(options.listen.bind, port)
  return {
    port,
    signInLink: async () => `${addressOf(options, port)}sign-in#${await createSignInSecret(options.home)}`,
    close: async () => {
      closing.abort()
      await server.close()
      await accounts.settled()
    },
  }
}

/** Where a browser on this machine finds the dashboard. */
function addressOf({ listen, basePath }: ApiOptions, port: number): string {
  const everywhere = listen.bind === '0.0.0.0' || listen.bind === '::'
  const host = everywhere ? 'localhost' : listen.bind.includes(':') ? `[${listen.bind}]` : listen.bind
  return `https://${host}:${port}${prefixOf(basePath)}/`
}

function prefixOf(basePath: string | undefined): string {
  const inner = (basePath ?? '').replaceAll(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `/${inner}`
}

async function buildServer(context: ApiContext): Promise<FastifyInstance> {
  const server: FastifyInstance = fastify({
    https: {
      cert: context.tls.cert,
      key: context.tls.key,
      minVersion: 'TLSv1.2',
      maxHeaderSize: maxHeaderBytes,
    },
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    logger: false,
    trustProxy: [...(context.trustedProxies ?? [])],
    routerOptions: { maxParamLength: 1200 },
    schemaController: lateSchemas,
  })
  compileSchemasLate(server, {
    customOptions: { coerceTypes: 'array', removeAdditional: false, allErrors: false },
  })
  addSecurityHeaders(server)
  addErrors(server, context)
  addTiming(server, context)
  addGuard(server, context.accounts)
  await server.register(rateLimit, { global: true, max: 1200, timeWindow: 60_000, hook: 'onRequest' })
  await server.register(compress, { global: true, threshold: 2048, encodings: ['gzip', 'identity'] })
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Quaywatch', version: context.version, description: 'API of the Quaywatch manager.' },
    },
  })
  const prefix = prefixOf(context.basePath)
  await server.register(async (api) => addApiRoutes(api, context), { prefix: `${prefix}/api/v1` })
  await server.register(async (probes) => addProbeRoutes(probes, context), { prefix })
  if (prefix !== '') await server.register(async (root) => addRootRoutes(root, context, prefix))
  const webRoot = context.webRoot ?? path.join(import.meta.dirname, '..', '..', 'web')
  await server.register(async (pages) => addPageRoutes(pages, webRoot), { prefix })
  return server
}

/** Who asks this port itself, past the proxy, need not know the path. */
function addRootRoutes(root: FastifyInstance, context: ApiContext, prefix: string): void {
  addProbeRoutes(root, context)
  root.get('/', {
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.redirect(`${prefix}/`),
  })
}

function addApiRoutes(api: FastifyInstance, context: ApiContext): void {
  addSearchRoutes(api, context)
  addFieldRoutes(api, context)
  addEventRoutes(api, context)
  addExportRoutes(api, context)
  addTailRoutes(api, context)
  addSessionRoutes(api, context)
  addUserRoutes(api, context)
  addHealthRoutes(api, context)
  addRuleRoutes(api, context)
  addRuleFileRoutes(api, context)
  addBacktestRoutes(api, context)
  addNotebookRoutes(api, context)
  addMitreRoutes(api)
  addDockerRoutes(api, context)
  api.get('/openapi.json', {
    config: { access: 'viewer' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.send(api.swagger()),
  })
}

function addErrors(server: FastifyInstance, { events }: ApiContext): void {
  server.setErrorHandler((error: FastifyError | ApiProblem, request, reply) => {
    if (error instanceof ApiProblem) return sendProblem(reply, error)
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500) {
      const code = error.validation ? 'validation' : (error.code ?? 'request').toLowerCase()
      return sendProblem(reply, new ApiProblem(status, code, error.message))
    }
    if (error.name === 'AbortError' || error.name === 'TimeoutError') {
      const advice = 'Choose a shorter time or a narrower query.'
      return sendProblem(reply, new ApiProblem(503, 'slow', 'The answer took too long.', { advice }))
    }
    events.failed(request.routeOptions.url ?? 'unknown', error)
    const advice = 'The log of the manager says more.'
    return sendProblem(
      reply,
      new ApiProblem(status, 'internal', 'The request failed for a reason of ours.', { advice }),
    )
  })
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new ApiProblem(404, 'not-found', 'There is nothing at this address.')),
  )
}

function addTiming(server: FastifyInstance, { events }: ApiContext): void {
  server.addHook('onResponse', async (request, reply) => {
    events.answered(request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime)
  })
  server.addHook('onSend', async (_request, reply) => {
    reply.header('server-timing', `total;dur=${reply.elapsedTime.toFixed(1)}`)
  })
}
