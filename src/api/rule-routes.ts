import type { FastifyInstance } from 'fastify'
import type { RuleHooks } from './api-options.ts'
import type { ApiContext } from './context.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { problemResponses } from './schemas.ts'

const texts = { type: 'array', items: { type: 'string' } } as const
const numbers = { type: 'array', items: { type: 'integer' } } as const

const summaryProperties = {
  id: { type: 'integer' },
  level: { type: 'integer' },
  description: { type: 'string' },
  groups: texts,
  mitreIds: texts,
  file: { type: 'string' },
  line: { type: 'integer' },
  origin: { type: 'string' },
} as const
const required = ['id', 'level', 'description', 'groups', 'mitreIds', 'file', 'line', 'origin'] as const

interface TestBody {
  readonly lines: readonly string[]
  readonly location?: string
  readonly draft?: { readonly name: string; readonly text: string }
}

/** Rules as they are loaded now: browse and test. */
export function addRuleRoutes(server: FastifyInstance, { rules, ruleFiles }: ApiContext): void {
  const hooks = (): RuleHooks => {
    if (rules) return rules
    throw new ApiProblem(503, 'no-rules', 'Rules cannot be browsed in this manager.', {
      advice: 'Use: quaywatch rules list',
    })
  }

  server.get('/rules', {
    config: { access: 'viewer' },
    schema: {
      summary: 'All rules',
      tags: ['rules'],
      response: {
        200: {
          type: 'object',
          required: ['rules'],
          properties: {
            rules: { type: 'array', items: { type: 'object', required, properties: summaryProperties } },
          },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({ rules: hooks().list() }),
  })

  server.get<{ Params: { readonly id: number } }>('/rules/:id', {
    config: { access: 'viewer' },
    schema: {
      summary: 'One rule: its XML, parents and children',
      tags: ['rules'],
      params: { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 0 } } },
      response: {
        200: {
          type: 'object',
          required: [...required, 'xml', 'parents', 'children'],
          properties: { ...summaryProperties, xml: { type: 'string' }, parents: numbers, children: numbers },
        },
        ...problemResponses,
      },
    },
    handler: async (request) => {
      const rule = hooks().show(request.params.id)
      if (!rule) throw notFound(`Rule ${request.params.id}`)
      return rule
    },
  })

  server.post<{ Body: TestBody }>('/rules/test', {
    config: { access: 'analyst' },
    bodyLimit: 4 * 1024 * 1024,
    schema: {
      summary: 'What the rules make of some lines; nothing is stored',
      tags: ['rules'],
      body: {
        type: 'object',
        required: ['lines'],
        additionalProperties: false,
        properties: {
          lines: {
            type: 'array',
            minItems: 1,
            maxItems: 200,
            items: { type: 'string', maxLength: 1_048_576 },
          },
          location: { type: 'string', maxLength: 1024, default: 'logtest' },
          draft: {
            type: 'object',
            required: ['name', 'text'],
            additionalProperties: false,
            description: 'A file as it might become.',
            properties: {
              name: { type: 'string', maxLength: 400 },
              text: { type: 'string', maxLength: 2 * 1024 * 1024 },
            },
          },
        },
      },
      response: {
        200: {
          type: 'object',
          required: ['results'],
          properties: {
            results: {
              type: 'array',
              items: {
                type: 'object',
                required: ['alert', 'trace'],
                properties: {
                  alert: { type: 'boolean' },
                  output: { type: 'object', additionalProperties: true },
                  trace: { type: 'array', items: { type: 'object', additionalProperties: true } },
                },
              },
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (request) => {
      const { lines, location = 'logtest', draft } = request.body
      const problems = draft ? (ruleFiles?.check(draft.name, draft.text) ?? []) : []
      if (problems.some(({ severity }) => severity === 'fatal')) {
        throw new ApiProblem(422, 'rules-refused', 'With this file the rules could not be used.', {
          extra: { problems },
        })
      }
      return { results: await hooks().test({ lines, location, ...(draft ? { draft } : {}) }) }
    },
  })
}
