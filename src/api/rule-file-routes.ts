import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RuleFileHooks, SaveOutcome } from './api-options.ts'
import type { ApiContext } from './context.ts'
import { record } from './context.ts'
import { identityOf } from './guard.ts'
import { problemOfRules } from './health-routes.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { problemResponses } from './schemas.ts'

const longest = 2 * 1024 * 1024
const tags = ['rules']
const name = { type: 'string', minLength: 5, maxLength: 400 } as const
const text = { type: 'string', maxLength: longest } as const
const byName = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name },
} as const
const problems = {
  type: 'object',
  required: ['problems'],
  properties: { version: { type: 'string' }, problems: { type: 'array', items: problemOfRules } },
} as const

interface FileBody {
  readonly name: string
  readonly text: string
  readonly version?: string
}

/** Files that rules, decoders and lists come from: everybody reads, analysts check, administrators change. */
export function addRuleFileRoutes(server: FastifyInstance, context: ApiContext): void {
  const hooks = (): RuleFileHooks => {
    if (context.ruleFiles) return context.ruleFiles
    throw new ApiProblem(503, 'no-rules', 'Rules cannot be browsed in this manager.', {
      advice: 'Use: quaywatch rules list',
    })
  }
  addReading(server, hooks)

  server.post('/rules/reload', {
    config: { access: 'admin' },
    schema: {
      summary: 'Read rules, decoders and lists again; with a fatal problem the old ones stay in force',
      tags,
      response: { 200: problems, ...problemResponses },
    },
    handler: async (request) => {
      const found = await hooks().reload()
      const isRefused = found.some(({ severity }) => severity === 'fatal')
      record(context, request, {
        action: isRefused ? 'rules-reload-refused' : 'rules-reloaded',
        target: 'rules',
      })
      if (isRefused)
        throw new ApiProblem(422, 'rules-refused', 'The rules cannot be used; the old ones stay in force.', {
          extra: { problems: found },
        })
      return { problems: found }
    },
  })

  server.post<{ Body: FileBody }>('/rules/files/check', {
    config: { access: 'analyst' },
    bodyLimit: longest * 2,
    schema: {
      summary: 'What would be wrong if this file were saved; nothing is changed',
      tags,
      body: {
        type: 'object',
        required: ['name', 'text'],
        additionalProperties: false,
        properties: { name, text },
      },
      response: { 200: problems, ...problemResponses },
    },
    handler: async (request) => ({ problems: hooks().check(request.body.name, request.body.text) }),
  })

  function answer(
    outcome: SaveOutcome,
    request: FastifyRequest,
    target: string,
    action: 'saved' | 'removed',
  ) {
    if (outcome.kind === 'conflict') {
      throw new ApiProblem(409, 'file-changed', 'The file has changed since it was opened.', {
        advice: 'Open it again, and make your change there.',
      })
    }
    if (outcome.kind === 'refused') {
      throw new ApiProblem(422, 'rules-refused', 'With this file the rules could not be used.', {
        extra: { problems: outcome.problems },
      })
    }
    record(context, request, { action: `rule-file-${action}`, target })
    return { version: outcome.version, problems: outcome.problems }
  }

  server.put<{ Body: FileBody }>('/rules/files', {
    config: { access: 'admin' },
    bodyLimit: longest * 2,
    schema: {
      summary: 'Save a file of the home directory; its rules are in force with the answer',
      tags,
      body: {
        type: 'object',
        required: ['name', 'text'],
        additionalProperties: false,
        properties: {
          name,
          text,
          version: {
            type: 'string',
            maxLength: 64,
            description: 'Of the file that was opened; absent for a new one.',
          },
        },
      },
      response: { 200: problems, ...problemResponses },
    },
    handler: async (request) => {
      const outcome = await hooks().save({
        name: request.body.name,
        text: request.body.text,
        version: request.body.version,
        by: identityOf(request).user,
      })
      return answer(outcome, request, request.body.name, 'saved')
    },
  })

  server.delete<{ Querystring: { readonly name: string } }>('/rules/files', {
    config: { access: 'admin' },
    schema: {
      summary: 'Remove a file of the home directory; an earlier version can be had back',
      tags,
      querystring: byName,
      response: { 200: problems, ...problemResponses },
    },
    handler: async (request) => {
      const outcome = await hooks().remove(request.query.name, identityOf(request).user)
      return answer(outcome, request, request.query.name, 'removed')
    },
  })
}

function addReading(server: FastifyInstance, hooks: () => RuleFileHooks): void {
  const config = { access: 'viewer' } as const

  server.get('/rules/files', {
    config,
    schema: {
      summary: 'Files of rules, decoders and lists',
      tags,
      response: {
        200: {
          type: 'object',
          required: ['files'],
          properties: {
            files: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name', 'kind', 'isLocal'],
                properties: {
                  name: { type: 'string' },
                  kind: { type: 'string', enum: ['rules', 'decoders', 'lists'] },
                  isLocal: { type: 'boolean', description: 'In the home directory: can be changed.' },
                  sizeBytes: { type: 'integer' },
                  changedAtMs: { type: 'number' },
                },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({ files: hooks().list() }),
  })

  server.get<{ Querystring: { readonly name: string; readonly version?: string } }>('/rules/files/text', {
    config,
    schema: {
      summary: 'One file, as it is or as it was before a change',
      tags,
      querystring: {
        ...byName,
        properties: {
          name,
          version: { type: 'string', maxLength: 120, description: 'Id of an earlier version.' },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['name', 'text', 'version', 'canBeChanged', 'versions'],
          properties: {
            name: { type: 'string' },
            text: { type: 'string' },
            version: { type: 'string' },
            canBeChanged: { type: 'boolean' },
            versions: {
              type: 'array',
              items: {
                type: 'object',
                required: ['id', 'atMs', 'by'],
                properties: { id: { type: 'string' }, atMs: { type: 'number' }, by: { type: 'string' } },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request) => {
      const { name: asked, version } = request.query
      const file = hooks().read(asked)
      const versions = hooks().versions(asked)
      if (version === undefined) {
        if (!file) throw notFound('This file')
        return { ...file, versions }
      }
      const earlier = hooks().version(asked, version)
      if (earlier === undefined) throw notFound('This version')
      return { name: asked, text: earlier, version: file?.version ?? '', canBeChanged: true, versions }
    },
  })
}
