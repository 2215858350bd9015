import type { FastifyInstance } from 'fastify'
import type { Role } from './api-options.ts'
import type { ApiContext } from './context.ts'
import { record } from './context.ts'
import { identityOf } from './guard.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { password, problemResponses, role, userName } from './schemas.ts'

const userParams = { type: 'object', required: ['name'], properties: { name: userName } } as const

/** Administrators' routes: who may come in. */
export function addUserRoutes(server: FastifyInstance, context: ApiContext): void {
  const { accounts } = context

  function refuseLastAdmin(name: string): void {
    const others = accounts.users.filter((user) => user.role === 'admin' && user.name !== name)
    if (accounts.user(name)?.role === 'admin' && others.length === 0) {
      throw new ApiProblem(409, 'last-admin', `${name} is the only administrator.`, {
        advice: 'Make somebody else an administrator first.',
      })
    }
  }

  server.get('/users', {
    config: { access: 'admin' },
    schema: {
      summary: 'Users',
      tags: ['users'],
      response: {
        200: {
          type: 'object',
          required: ['users'],
          properties: {
            users: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name', 'role', 'hasPassword', 'createdAtMs'],
                properties: {
                  name: { type: 'string' },
                  role,
                  hasPassword: { type: 'boolean' },
                  createdAtMs: { type: 'number' },
                },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({
      users: accounts.users.map((user) => ({
        name: user.name,
        role: user.role,
        hasPassword: user.password !== undefined,
        createdAtMs: user.createdAtMs,
      })),
    }),
  })

  server.post<{ Body: { readonly name: string; readonly role: Role; readonly password: string } }>('/users', {
    config: { access: 'admin' },
    schema: {
      summary: 'Add a user',
      tags: ['users'],
      body: {
        type: 'object',
        required: ['name', 'role', 'password'],
        additionalProperties: false,
        properties: { name: userName, role, password },
      },
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { name, role: wanted, password: given } = request.body
      if (!(await accounts.addUser(name, wanted, given))) {
        throw new ApiProblem(
          409,
          'user-exists',
          `There is a user ${name} already, or there are too many users.`,
        )
      }
      record(context, request, { action: 'user-created', target: `${name} (${wanted})` })
      return reply.code(204).send()
    },
  })

  server.put<{ Params: { readonly name: string }; Body: { readonly role: Role } }>('/users/:name/role', {
    config: { access: 'admin' },
    schema: {
      summary: 'Change the role of a user',
      tags: ['users'],
      params: userParams,
      body: { type: 'object', required: ['role'], additionalProperties: false, properties: { role } },
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { name } = request.params
      if (!accounts.user(name)) throw notFound('This user')
      if (request.body.role !== 'admin') refuseLastAdmin(name)
      await accounts.changeRole(name, request.body.role)
      record(context, request, { action: 'user-changed', target: `${name} (${request.body.role})` })
      return reply.code(204).send()
    },
  })

  server.delete<{ Params: { readonly name: string } }>('/users/:name', {
    config: { access: 'admin' },
    schema: {
      summary: 'Remove a user with all sessions and tokens',
      tags: ['users'],
      params: userParams,
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { name } = request.params
      if (!accounts.user(name)) throw notFound('This user')
      refuseLastAdmin(name)
      await accounts.removeUser(name)
      record(context, request, { action: 'user-removed', target: name })
      return reply.code(204).send()
    },
  })

  addTokenRoutes(server, context)
}

interface TokenBody {
  readonly name: string
  readonly role: Role
  readonly days?: number
}

const tokenSchema = {
  type: 'object',
  required: ['id', 'name', 'role', 'user', 'createdAtMs'],
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    role,
    user: { type: 'string' },
    createdAtMs: { type: 'number' },
    expiresAtMs: { type: 'number' },
    lastUsedAtMs: { type: 'number' },
  },
} as const

function addTokenRoutes(server: FastifyInstance, context: ApiContext): void {
  const { accounts } = context

  server.get('/tokens', {
    config: { access: 'admin' },
    schema: {
      summary: 'API tokens, without their text',
      tags: ['users'],
      response: {
        200: {
          type: 'object',
          required: ['tokens'],
          properties: { tokens: { type: 'array', items: tokenSchema } },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({ tokens: accounts.tokens.map(({ digest: _kept, ...token }) => token) }),
  })

  server.post<{ Body: TokenBody }>('/tokens', {
    config: { access: 'admin' },
    schema: {
      summary: 'Make an API token; its text is in this answer and never again',
      tags: ['users'],
      body: {
        type: 'object',
        required: ['name', 'role'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 80 },
          role,
          days: { type: 'integer', minimum: 1, maximum: 3650, description: 'Absent: does not expire.' },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['token', 'secret'],
          properties: { token: tokenSchema, secret: { type: 'string' } },
        },
        ...problemResponses,
      },
    },
    handler: async (request) => {
      const { name, role: wanted, days } = request.body
      const made = await accounts.addToken({
        name,
        role: wanted,
        user: identityOf(request).user,
        expiresAtMs: days === undefined ? undefined : context.now() + days * 86_400_000,
      })
      if (!made)
        throw new ApiProblem(409, 'tokens', 'There are too many tokens.', { advice: 'Remove unused ones.' })
      record(context, request, { action: 'token-created', target: `${name} (${wanted})` })
      const { digest: _kept, ...token } = made.token
      return { token, secret: made.secret }
    },
  })

  server.delete<{ Params: { readonly id: string } }>('/tokens/:id', {
    config: { access: 'admin' },
    schema: {
      summary: 'Revoke an API token',
      tags: ['users'],
      params: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string', maxLength: 40 } },
      },
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const token = await accounts.removeToken(request.params.id)
      if (!token) throw notFound('This token')
      record(context, request, { action: 'token-revoked', target: token.name })
      return reply.code(204).send()
    },
  })
}
