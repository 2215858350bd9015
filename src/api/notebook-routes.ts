import type { FastifyInstance } from 'fastify'
import type { ApiContext } from './context.ts'
import { record } from './context.ts'
import { identityOf } from './guard.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { problemResponses } from './schemas.ts'

const text = { type: 'string' } as const
const tags = ['notebook']
const idParams = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{16}$' } },
} as const
const made = { id: text, by: text, atMs: { type: 'number' } } as const

const searchSchema = {
  type: 'object',
  required: ['id', 'name', 'address', 'by', 'isShared', 'atMs'],
  properties: { ...made, name: text, address: text, isShared: { type: 'boolean' } },
} as const
const noteSchema = {
  type: 'object',
  required: ['id', 'eventId', 'text', 'by', 'atMs'],
  properties: { ...made, eventId: text, text },
} as const
const muteSchema = {
  type: 'object',
  required: ['id', 'ruleId', 'reason', 'by', 'atMs', 'expiresAtMs'],
  properties: {
    ...made,
    ruleId: text,
    field: text,
    value: text,
    reason: text,
    expiresAtMs: { type: 'number' },
  },
} as const

function tooMany(): ApiProblem {
  return new ApiProblem(409, 'too-many', 'There are too many.', { advice: 'Remove some first.' })
}

function listOf(name: string, items: object): object {
  return {
    200: { type: 'object', required: [name], properties: { [name]: { type: 'array', items } } },
    ...problemResponses,
  }
}

interface IdOnly {
  readonly Params: { readonly id: string }
}

/** What people add to what happened. Everybody reads; who adds and removes what is recorded. */
export function addNotebookRoutes(server: FastifyInstance, context: ApiContext): void {
  addSearches(server, context)
  addNotes(server, context)
  addMutes(server, context)
}

function addSearches(server: FastifyInstance, context: ApiContext): void {
  const { notebook } = context

  server.get('/saved', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Saved searches: your own and shared ones',
      tags,
      response: listOf('searches', searchSchema),
    },
    handler: async (request) => ({ searches: notebook.searchesOf(identityOf(request).user) }),
  })

  server.post<{ Body: { readonly name: string; readonly address: string; readonly isShared?: boolean } }>(
    '/saved',
    {
      config: { access: 'viewer' },
      schema: {
        summary: 'Save a search; sharing it needs the role analyst',
        tags,
        body: {
          type: 'object',
          required: ['name', 'address'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 80 },
            address: { type: 'string', pattern: '^[a-z]{1,20}(\\?[^\\s#]{0,8000})?$' },
            isShared: { type: 'boolean', default: false },
          },
        },
        response: { 200: searchSchema, ...problemResponses },
      },
      handler: async (request) => {
        const { name, address, isShared = false } = request.body
        const { user, role } = identityOf(request)
        if (isShared && role === 'viewer') {
          throw new ApiProblem(403, 'role', 'Sharing a search needs the role analyst; yours is viewer.')
        }
        const saved = await notebook.addSearch({ name, address, isShared, by: user })
        if (!saved) throw tooMany()
        record(context, request, { action: 'search-saved', target: name })
        return saved
      },
    },
  )

  server.delete<IdOnly>('/saved/:id', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Remove a saved search: your own; administrators any',
      tags,
      params: idParams,
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { user, role } = identityOf(request)
      const found = await notebook.remove('searches', request.params.id, role === 'admin' ? undefined : user)
      if (!found) throw notFound('This search of yours')
      record(context, request, { action: 'search-removed', target: found.name })
      return reply.code(204).send()
    },
  })
}

function addNotes(server: FastifyInstance, context: ApiContext): void {
  const { notebook } = context

  server.get<{ Querystring: { readonly event: string } }>('/notes', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Notes on an event',
      tags,
      querystring: {
        type: 'object',
        required: ['event'],
        additionalProperties: false,
        properties: { event: { type: 'string', minLength: 1, maxLength: 1024 } },
      },
      response: listOf('notes', noteSchema),
    },
    handler: async (request) => ({ notes: notebook.notesOn(request.query.event) }),
  })

  server.post<{ Body: { readonly eventId: string; readonly text: string } }>('/notes', {
    config: { access: 'analyst' },
    schema: {
      summary: 'Write a note on an event',
      tags,
      body: {
        type: 'object',
        required: ['eventId', 'text'],
        additionalProperties: false,
        properties: {
          eventId: { type: 'string', minLength: 1, maxLength: 1024 },
          text: { type: 'string', minLength: 1, maxLength: 4000 },
        },
      },
      response: { 200: noteSchema, ...problemResponses },
    },
    handler: async (request) => {
      const { eventId } = request.body
      const note = await notebook.addNote({ eventId, text: request.body.text, by: identityOf(request).user })
      if (!note) throw tooMany()
      record(context, request, { action: 'note-added', target: eventId.slice(0, 200) })
      return note
    },
  })

  server.delete<IdOnly>('/notes/:id', {
    config: { access: 'analyst' },
    schema: {
      summary: 'Remove a note: your own; administrators any',
      tags,
      params: idParams,
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { user, role } = identityOf(request)
      const found = await notebook.remove('notes', request.params.id, role === 'admin' ? undefined : user)
      if (!found) throw notFound('This note of yours')
      record(context, request, { action: 'note-removed', target: found.eventId.slice(0, 200) })
      return reply.code(204).send()
    },
  })
}

interface MuteBody {
  readonly ruleId: string
  readonly field?: string
  readonly value?: string
  readonly reason: string
  readonly hours: number
}

function addMutes(server: FastifyInstance, context: ApiContext): void {
  const { notebook, now } = context

  server.get('/mutes', {
    config: { access: 'viewer' },
    schema: {
      summary: 'What is muted now, by whom, why, and until when',
      tags,
      response: listOf('mutes', muteSchema),
    },
    handler: async () => ({ mutes: notebook.mutes() }),
  })

  server.post<{ Body: MuteBody }>('/mutes', {
    config: { access: 'analyst' },
    schema: {
      summary:
        'Hide the alerts of a rule, about one thing or altogether; they are still raised, stored and counted',
      tags,
      body: {
        type: 'object',
        required: ['ruleId', 'reason', 'hours'],
        additionalProperties: false,
        properties: {
          ruleId: { type: 'string', pattern: '^[0-9]{1,10}$' },
          field: { type: 'string', minLength: 1, maxLength: 256 },
          value: { type: 'string', maxLength: 1024 },
          reason: { type: 'string', minLength: 1, maxLength: 500 },
          hours: { type: 'integer', minimum: 1, maximum: 8760 },
        },
      },
      response: { 200: muteSchema, ...problemResponses },
    },
    handler: async (request) => {
      const { ruleId, field, value, reason, hours } = request.body
      const mute = await notebook.addMute({
        ruleId,
        ...(field === undefined || value === undefined ? {} : { field, value }),
        reason,
        by: identityOf(request).user,
        expiresAtMs: now() + hours * 3_600_000,
      })
      if (!mute) throw tooMany()
      record(context, request, { action: 'muted', target: mutedWords(mute) })
      return mute
    },
  })

  server.delete<IdOnly>('/mutes/:id', {
    config: { access: 'analyst' },
    schema: {
      summary: 'End a mute',
      tags,
      params: idParams,
      response: { 204: { type: 'null' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const found = await notebook.remove('mutes', request.params.id, undefined)
      if (!found) throw notFound('This mute')
      record(context, request, { action: 'unmuted', target: mutedWords(found) })
      return reply.code(204).send()
    },
  })
}

function mutedWords({ ruleId, field, value }: { ruleId: string; field?: string; value?: string }): string {
  return field === undefined
    ? `rule ${ruleId}`
    : `rule ${ruleId} for ${field}: ${(value ?? '').slice(0, 200)}`
}
