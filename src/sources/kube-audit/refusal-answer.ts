import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

import type { Refusal } from '../../telemetry/kube-audit.ts'
import type { AuditRequest } from './request-body.ts'

export interface NotStored {
  readonly reason: Refusal
  readonly detail: string
  /** How long what came before will take. */
  readonly retryAfterMs?: number
}

export type Answer = ServerResponse | Http2ServerResponse

/** So long when the store takes nothing, because an API server that is told to wait tries some fifty times and then forgets. */
const longestRetryAfterSeconds = 5
const statusOf: Readonly<Record<Refusal, number>> = {
  'no-credentials': 401,
  'wrong-token': 401,
  'unknown-authority': 401,
  'expired-certificate': 401,
  'not-an-audit-client': 403,
  'plain-http': 400,
  handshake: 400,
  method: 405,
  encoding: 415,
  'too-large': 413,
  'too-slow': 408,
  interrupted: 400,
  'not-audit-events': 400,
  rate: 429,
  connections: 503,
  busy: 503,
  'not-stored': 503,
}

const headersOf: Partial<Record<Refusal, Readonly<Record<string, string>>>> = {
  'no-credentials': { 'www-authenticate': 'Bearer' },
  'wrong-token': { 'www-authenticate': 'Bearer' },
  method: { allow: 'POST' },
}

const passing: ReadonlySet<Refusal> = new Set(['rate', 'busy', 'not-stored'])

function retryAfter({ reason, retryAfterMs = 0 }: NotStored): Readonly<Record<string, string>> {
  if (!passing.has(reason)) return {}
  const seconds = reason === 'not-stored' ? longestRetryAfterSeconds : Math.ceil(retryAfterMs / 1000)
  return { 'retry-after': String(Math.min(longestRetryAfterSeconds, Math.max(1, seconds))) }
}

/** RFC 9457. The body that was not read is discarded, so that the client hears the answer instead of a reset. */
export function answerRefusal(request: AuditRequest, response: Answer, why: NotStored): void {
  const status = statusOf[why.reason]
  if (response.destroyed || response.headersSent) return
  const closes = why.reason === 'too-large' || why.reason === 'too-slow'
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    ...headersOf[why.reason],
    ...retryAfter(why),
    ...(closes && request.httpVersionMajor === 1 ? { connection: 'close' } : {}),
  })
  response.end(`${JSON.stringify({ title: why.reason, status, detail: why.detail })}\n`)
  request.resume()
  if (closes) setTimeout(() => request.destroy(), 2_000).unref()
}
