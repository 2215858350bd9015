import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from './auth/accounts.ts'
import { endedCookie, sessionCookie } from './auth/cookie.ts'
import { redeemSignInSecret } from './auth/sign-in-link.ts'
import type { ApiContext } from './context.ts'
import { record } from './context.ts'
import { identityOf } from './guard.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { identitySchema, password, problemResponses, userName } from './schemas.ts'

/** Sign-ins per address and minute. scrypt costs us 50 ms of a core each. */
const signInLimit = { max: 20, timeWindow: 60_000 } as const
const failuresPerAccount = 10
const failureWindowMs = 300_000
const linkUser = 'admin'

/** Wrong passwords per account, so that many addresses cannot guess together. */
class Failures {
  readonly #now: () => number
  #counts = new Map<string, { count: number; untilMs: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  isBlocked(account: string): boolean {
    const entry = this.#counts.get(account)
    return entry !== undefined && entry.untilMs > this.#now() && entry.count >= failuresPerAccount
  }

  add(account: string): void {
    if (this.#counts.size > 10_000) this.#counts.clear()
    const entry = this.#counts.get(account)
    const lives = entry !== undefined && entry.untilMs > this.#now()
    this.#counts.set(account, {
      count: lives ? entry.count + 1 : 1,
      untilMs: lives ? entry.untilMs : this.#now() + failureWindowMs,
    })
  }

  clear(account: string): void {
    this.#counts.delete(account)
  }
}

function visitorOf(request: FastifyRequest): { readonly address: string; readonly browser: string } {
  return { address: request.ip, browser: (request.headers['user-agent'] ?? '').slice(0, 200) }
}

async function signIn(
  context: ApiContext,
  user: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const old = request.identity
  if (old?.by === 'session') await context.accounts.endSession(old.credential)
  const secret = await context.accounts.startSession(user, visitorOf(request))
  void reply.header('set-cookie', sessionCookie(secret))
}

function me(context: ApiContext, user: string, role: Identity['role']): object {
  return {
    user,
    role,
    hasPassword: context.accounts.user(user)?.password !== undefined,
    hostName: context.hostName,
    version: context.version,
  }
}

export function addSessionRoutes(server: FastifyInstance, context: ApiContext): void {
  const { accounts } = context
  const failures = new Failures(context.now)

  function refuse(request: FastifyRequest, target: string, detail: string, advice: string): ApiProblem {
    context.events.signInFailed(request.ip)
    record(context, request, {
      action: 'sign-in-failed',
      target,
      outcome: 'denied',
      by: '-',
      role: undefined,
    })
    return new ApiProblem(401, 'sign-in', detail, { advice })
  }

  server.post<{ Body: { readonly secret: string } }>('/session/link', {
    config: { access: 'open', rateLimit: signInLimit },
    schema: {
      summary: 'Sign in with the one-time link that the manager printed',
      tags: ['sign-in'],
      body: {
        type: 'object',
        required: ['secret'],
        additionalProperties: false,
        properties: { secret: { type: 'string', minLength: 20, maxLength: 100 } },
      },
      response: { 200: identitySchema, ...problemResponses },
    },
    handler: async (request, reply) => {
      if (!(await redeemSignInSecret(context.home, request.body.secret, context.now()))) {
        throw refuse(
          request,
          'sign-in link',
          'This link was used before, or it is older than an hour.',
          'Start the manager again for a new one, or sign in with your password.',
        )
      }
      if (!accounts.user(linkUser)) {
        await accounts.addUser(linkUser, 'admin', undefined)
        record(context, request, { action: 'user-created', target: linkUser, by: linkUser, role: 'admin' })
      }
      // Whoever owns the home directory made the link: it always opens the way back in.
      if (accounts.user(linkUser)?.role !== 'admin') await accounts.changeRole(linkUser, 'admin')
      await signIn(context, linkUser, request, reply)
      record(context, request, { action: 'sign-in', target: 'sign-in link', by: linkUser, role: 'admin' })
      return me(context, linkUser, 'admin')
    },
  })

  server.post<{ Body: { readonly user: string; readonly password: string } }>('/session', {
    config: { access: 'open', rateLimit: signInLimit },
    schema: {
      summary: 'Sign in with name and password',
      tags: ['sign-in'],
      body: {
        type: 'object',
        required: ['user', 'password'],
        additionalProperties: false,
        properties: { user: userName, password: { type: 'string', minLength: 1, maxLength: 1024 } },
      },
      response: { 200: identitySchema, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { user: name, password: given } = request.body
      if (failures.isBlocked(name)) {
        throw new ApiProblem(429, 'sign-in-limit', 'Too many wrong passwords for this account.', {
          advice: 'Wait five minutes.',
        })
      }
      if (!(await accounts.checkPassword(name, given))) {
        failures.add(name)
        throw refuse(
          request,
          name,
          'Name or password is wrong.',
          'The sign-in link that the manager prints always works.',
        )
      }
      failures.clear(name)
      const role = accounts.user(name)?.role ?? 'viewer'
      await signIn(context, name, request, reply)
      record(context, request, { action: 'sign-in', target: 'password', by: name, role })
      return me(context, name, role)
    },
  })

  server.get('/session', {
    config: { access: 'open' },
    schema: {
      summary: 'Who I am; an empty answer when nobody is signed in',
      tags: ['sign-in'],
      response: {
        200: { type: 'object', properties: { me: identitySchema } },
        ...problemResponses,
      },
    },
    handler: async ({ identity }) => (identity ? { me: me(context, identity.user, identity.role) } : {}),
  })

  server.delete('/session', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Sign out',
      tags: ['sign-in'],
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const identity = identityOf(request)
      if (identity.by === 'session') await accounts.endSession(identity.credential)
      record(context, request, { action: 'sign-out', target: identity.user })
      return reply.header('set-cookie', endedCookie).code(204).send()
    },
  })

  server.put<{ Body: { readonly password: string; readonly current?: string } }>('/session/password', {
    config: { access: 'viewer', rateLimit: signInLimit },
    schema: {
      summary: 'Set my password; my other sessions end',
      tags: ['sign-in'],
      body: {
        type: 'object',
        required: ['password'],
        additionalProperties: false,
        properties: { password, current: { type: 'string', maxLength: 1024 } },
      },
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const identity = identityOf(request)
      if (identity.by === 'token') throw new ApiProblem(403, 'token', 'A token cannot set a password.')
      const has = accounts.user(identity.user)?.password !== undefined
      if (has && !(await accounts.checkPassword(identity.user, request.body.current ?? ''))) {
        throw refuse(
          request,
          identity.user,
          'The current password is wrong.',
          'Type the password you have now.',
        )
      }
      await accounts.setPassword(identity.user, request.body.password, identity.credential)
      record(context, request, { action: 'password-set', target: identity.user })
      return reply.code(204).send()
    },
  })

  addSessionList(server, context)
}

function addSessionList(server: FastifyInstance, context: ApiContext): void {
  const { accounts } = context
  const visible = (identity: Identity) =>
    accounts.sessions().filter((session) => identity.role === 'admin' || session.user === identity.user)

  server.get('/sessions', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Open sessions: mine, or everybody’s for an administrator',
      tags: ['sign-in'],
      response: {
        200: {
          type: 'object',
          required: ['sessions'],
          properties: {
            sessions: {
              type: 'array',
              items: {
                type: 'object',
                required: ['id', 'user', 'createdAtMs', 'lastSeenAtMs', 'address', 'browser', 'current'],
                properties: {
                  id: { type: 'string' },
                  user: { type: 'string' },
                  createdAtMs: { type: 'number' },
                  lastSeenAtMs: { type: 'number' },
                  address: { type: 'string' },
                  browser: { type: 'string' },
                  current: { type: 'boolean' },
                },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request) => {
      const identity = identityOf(request)
      const sessions = visible(identity).map(({ digest, ...session }) => ({
        ...session,
        id: digest.slice(0, 16),
        current: digest === identity.credential,
      }))
      return { sessions }
    },
  })

  server.delete<{ Params: { readonly id: string } }>('/sessions/:id', {
    config: { access: 'viewer' },
    schema: {
      summary: 'End a session',
      tags: ['sign-in'],
      params: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string', minLength: 16, maxLength: 16 } },
      },
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const session = visible(identityOf(request)).find(({ digest }) => digest.startsWith(request.params.id))
      if (!session) throw notFound('This session')
      await accounts.endSession(session.digest)
      record(context, request, { action: 'session-revoked', target: session.user })
      return reply.code(204).send()
    },
  })
}
