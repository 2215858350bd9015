import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from './auth/accounts.ts'
import type { Notebook } from './notebook.ts'
import type { ApiOptions, Change } from './api-options.ts'
import type { ApiEvents } from '../telemetry/api.ts'

/** What routes need of the running API. */
export interface ApiContext extends ApiOptions {
  readonly accounts: Accounts
  readonly notebook: Notebook
  readonly events: ApiEvents
  /** Aborts when the API closes. */
  readonly closing: AbortSignal
}

const slowestReadMs = 30_000

/**
 * Aborts when the asker goes away before the answer is complete. (`request.signal` of Fastify 5.12 aborts as soon as a body has been
 * read, which would end every POST.)
 */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

/** The same, and when the answer takes longer than anybody waits. */
export function readSignal(reply: FastifyReply): AbortSignal {
  return AbortSignal.any([goneSignal(reply), AbortSignal.timeout(slowestReadMs)])
}

/** Tells the manager that a person changed something. */
export function record(
  context: ApiContext,
  request: FastifyRequest,
  change: Pick<Change, 'action' | 'target'> & Partial<Pick<Change, 'outcome' | 'by' | 'role'>>,
): void {
  context.recordChange({
    outcome: 'ok',
    by: request.identity?.user ?? '-',
    role: request.identity?.role,
    address: request.ip,
    atMs: context.now(),
    ...change,
  })
}
