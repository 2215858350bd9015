import type { FastifyReply, FastifyRequest } from 'fastify'
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
export function requestSignal(reply: FastifyReply): AbortSignal {
  return AbortSignal.any([goneSignal(reply), AbortSignal.timeout(slowestReadMs)])
}

/** Aborts when the asker goes away. The request's own signal will not do: with a body it fires as soon as that was read. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
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
