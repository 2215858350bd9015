import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Role } from './api-options.ts'
import type { Accounts, Identity } from './auth/accounts.ts'
import { rank } from './auth/accounts.ts'
import { readSessionCookie } from './auth/cookie.ts'
import { ApiProblem } from './problem-details.ts'

/** Least role that may call a route; `open` needs no sign-in. */
export type Access = 'open' | Role

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    identity: Identity | undefined
  }
}

/**
 * Decides for every route who may call it: the route says the least role, a server with a route that says nothing does not start. A browser is only
 * obeyed when the page that asks is ours.
 */
export function addGuard(server: FastifyInstance, accounts: Accounts): void {
  server.decorateRequest('identity', undefined)
  const routes: RouteOptions[] = []
  server.addHook('onRoute', (route) => void routes.push(route))
  server.addHook('onReady', async () => {
    const silent = routes.find((route) => route.config?.access === undefined)
    if (silent) throw new Error(`route ${silent.url} does not say who may call it`)
  })
  server.addHook('onRequest', async (request) => {
    request.identity = identify(request, accounts)
    refuseForeignPages(request)
    const access = request.routeOptions.config.access ?? 'open'
    if (access === 'open') return
    if (!request.identity) {
      throw new ApiProblem(401, 'signed-out', 'This needs a sign-in or an API token.', {
        advice: 'Open the sign-in link that the manager printed when it started.',
      })
    }
    if (rank[request.identity.role] < rank[access]) {
      throw new ApiProblem(403, 'role', `This needs the role ${access}; yours is ${request.identity.role}.`)
    }
  })
}

function identify(request: FastifyRequest, accounts: Accounts): Identity | undefined {
  const [scheme, secret] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer' && secret) return accounts.byToken(secret)
  const cookie = readSessionCookie(request.headers.cookie)
  return cookie === undefined ? undefined : accounts.bySession(cookie)
}

const readMethods = ['GET', 'HEAD', 'OPTIONS']

function refuseForeignPages(request: FastifyRequest): void {
  const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
  const isRead = readMethods.includes(request.method)
  const isOurs = site === undefined || site === 'same-origin' || site === 'none'
  if (!isOurs && !(isRead && mode === 'navigate')) throw foreign()
  if (isRead) return
  if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) throw foreign()
  // A cookie comes along by itself; only a browser that says where the request is from shows that a person meant it.
  const isUnexplained = origin === undefined && site === undefined
  if (isUnexplained && request.identity?.by === 'session') throw foreign()
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function foreign(): ApiProblem {
  return new ApiProblem(403, 'foreign-page', 'Another site tried to do this in your name; it was refused.', {
    advice: 'Open the dashboard at its own address and try again.',
  })
}

/** Of a route that is not open. */
export function identityOf(request: FastifyRequest): Identity {
  if (!request.identity) throw new Error('a route that needs an identity is open')
  return request.identity
}
