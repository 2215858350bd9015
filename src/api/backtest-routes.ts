import type { FastifyInstance } from 'fastify'
import type { BacktestJob, Backtests } from './api-options.ts'
import { jobSchema } from './backtest-schemas.ts'
import type { ApiContext } from './context.ts'
import { identityOf } from './guard.ts'
import { ApiProblem, notFound } from './problem-details.ts'
import { problemResponses } from './schemas.ts'
import { parseTime } from './time-text.ts'

const longestDraft = 2 * 1024 * 1024
const config = { access: 'analyst' } as const
const tags = ['rules']
const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1, maxLength: 64 } },
} as const

interface StartBody {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly from?: string
  readonly to?: string
  readonly against?: 'configured' | 'stored'
  readonly samples?: number
}

const startBody = {
  type: 'object',
  required: ['files'],
  additionalProperties: false,
  properties: {
    files: {
      type: 'array',
      maxItems: 20,
      description:
        'Rule files to try. A file takes the place of the installed one of its name, else it is loaded last.',
      items: {
        type: 'object',
        required: ['name', 'text'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}\\.xml$' },
          text: { type: 'string', minLength: 1, maxLength: longestDraft },
        },
      },
    },
    from: { type: 'string', maxLength: 64, default: 'now-7d' },
    to: { type: 'string', maxLength: 64, default: 'now' },
    against: {
      type: 'string',
      enum: ['configured', 'stored'],
      default: 'configured',
      description:
        'configured: the rules in force, on the same events; stored: what was decided on arrival (files may be empty).',
    },
    samples: { type: 'integer', minimum: 0, maximum: 20, default: 3 },
  },
} as const

/** Back-tests: start, watch, cancel, read what came out. */
export function addBacktestRoutes(server: FastifyInstance, { backtests, now }: ApiContext): void {
  const jobs = (): Backtests => {
    if (backtests) return backtests
    throw new ApiProblem(503, 'no-rules', 'This manager has no rules to try.')
  }
  const found = (job: BacktestJob | undefined): BacktestJob => {
    if (!job) throw notFound('This back-test')
    return job
  }

  server.post<{ Body: StartBody }>('/rules/backtests', {
    config,
    bodyLimit: longestDraft * 2,
    schema: {
      summary: 'Tries draft rules on stored events; runs on, ask for it by its id',
      tags,
      body: startBody,
      response: { 202: jobSchema, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { files, against = 'configured', samples = 3 } = request.body
      if (files.length === 0 && against === 'configured')
        throw new ApiProblem(400, 'validation', 'There is no rule file to try.')
      const job = jobs().start({
        ...timesOf(request.body, now()),
        files,
        against,
        samples,
        by: identityOf(request).user,
      })
      if (job) return reply.code(202).send(job)
      throw new ApiProblem(409, 'backtest-busy', 'Another back-test is running.', {
        advice: 'Wait for it, or cancel it.',
      })
    },
  })

  server.get('/rules/backtests', {
    config,
    schema: {
      summary: 'Back-tests: the running one and the last that ended, newest first',
      tags,
      response: {
        200: {
          type: 'object',
          required: ['backtests'],
          properties: { backtests: { type: 'array', items: jobSchema } },
        },
        ...problemResponses,
      },
    },
    handler: async () => ({ backtests: jobs().list() }),
  })

  server.get<{ Params: { readonly id: string } }>('/rules/backtests/:id', {
    config,
    schema: {
      summary: 'One back-test: progress while it runs, then the report',
      tags,
      params,
      response: { 200: jobSchema, ...problemResponses },
    },
    handler: async (request) => found(jobs().get(request.params.id)),
  })

  server.delete<{ Params: { readonly id: string } }>('/rules/backtests/:id', {
    config,
    schema: {
      summary: 'Stops a back-test; its report then holds for the part that was done',
      tags,
      params,
      response: { 200: jobSchema, ...problemResponses },
    },
    handler: async (request) => found(jobs().cancel(request.params.id)),
  })
}

function timesOf({ from = 'now-7d', to = 'now' }: StartBody, nowMs: number) {
  const fromMs = parseTime(from, nowMs)
  const toMs = parseTime(to, nowMs)
  if (fromMs === undefined || toMs === undefined || fromMs >= toMs)
    throw new ApiProblem(400, 'time', 'The time range must be like from now-7d to now.')
  return { fromMs, toMs }
}
