import type { FastifyRequest } from 'fastify'
import type { Accounts } from './auth/accounts.ts'
import type { ApiOptions, Change } from './api-options.ts'
import type { ApiEvents } from '../telemetry/api.ts'

/** What routes need of the running API. */
export interface ApiContext extends ApiOptions {
  readonly accounts: Accounts
  readonly events: ApiEvents
  /** Aborts when the API closes. */
  readonly closing: AbortSignal
}

const slowestReadMs = 30_000

/** Aborts when the asker goes away, and when the answer takes longer than anybody waits. */
export function requestSignal(request: FastifyRequest): AbortSignal {
  return AbortSignal.any([request.signal, AbortSignal.timeout(slowestReadMs)])
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
