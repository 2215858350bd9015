import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Position } from '../store/store.ts'
import type { Identity } from './auth/accounts.ts'
import type { ApiContext } from './context.ts'
import { identityOf } from './guard.ts'
import { hitsJson } from './hit-json.ts'
import { ApiProblem } from './problem-details.ts'
import { predicate } from '../store/query/predicate.ts'
import { problemResponses } from './schemas.ts'
import type { Scope, ScopeText } from './scope.ts'
import { readScope, scopeProperties } from './scope.ts'
import { plainHeaders } from './security-headers.ts'
import { TailQueue } from './tail-queue.ts'

const flushMs = 100
const mostPerBatch = 200
const mostWaiting = 2000
const pingMs = 5000
const mostPerUser = 6
const mostStreams = 60
/** Further behind than this, a returning tail starts at the present and says what it left out. */
const mostReplayed = 10_000
/** A socket that holds more than this unsent is slow: the queue waits, and drops. */
const mostUnsentBytes = 1_000_000

interface TailText extends ScopeText {
  /** Position after which to begin; the `Last-Event-ID` header wins. */
  readonly since?: number
}

interface Stream {
  readonly response: ServerResponse
  readonly identity: Identity
  readonly scope: Scope
  readonly after: Position
  readonly signal: AbortSignal
  end(): void
}

function write(response: ServerResponse, event: string, data: string, id?: Position): void {
  response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`)
}

/** Fills the queue from the store until the stream ends. */
async function fill(
  context: ApiContext,
  stream: Stream,
  queue: TailQueue,
  seen: { at: Position },
): Promise<void> {
  const matches = predicate(stream.scope.query)
  for await (const { at, hits } of context.store.follow(stream.scope.dataset, stream.after, stream.signal)) {
    queue.push(hits.filter((hit) => matches(hit.document)))
    seen.at = at
  }
}

function flush(context: ApiContext, stream: Stream, queue: TailQueue): void {
  if (stream.response.writableLength > mostUnsentBytes) return
  const { hits, dropped } = queue.take(mostPerBatch)
  if (dropped > 0) {
    context.events.tailDropped(dropped)
    write(stream.response, 'dropped', JSON.stringify({ count: dropped }))
  }
  const last = hits.at(-1)
  if (last) write(stream.response, 'batch', hitsJson(hits), last.position)
}

async function run(context: ApiContext, stream: Stream): Promise<void> {
  const { response, signal } = stream
  const queue = new TailQueue(mostWaiting)
  const seen = { at: stream.after }
  const flushing = setInterval(() => flush(context, stream, queue), flushMs)
  const pinging = setInterval(() => {
    if (!context.accounts.stillHolds(stream.identity)) {
      write(response, 'auth-expired', '{}')
      stream.end()
      return
    }
    // The id moves on although nothing matched, so that coming back does not read all of it again.
    if (queue.length === 0) write(response, 'ping', '{}', seen.at)
    else response.write(': ping\n\n')
  }, pingMs)
  try {
    await fill(context, stream, queue, seen)
    flush(context, stream, queue)
  } catch (error) {
    if (!signal.aborted) {
      context.events.tailFailed(error)
      write(response, 'failed', JSON.stringify({ detail: 'The store could not be read.' }))
    }
  } finally {
    clearInterval(flushing)
    clearInterval(pinging)
    response.end()
  }
}

function startOf(request: FastifyRequest, since: Position | undefined, head: Position): Position {
  const header = request.headers['last-event-id']
  const asked = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : since
  // A position of another store, from before the data folder was emptied, is none of ours.
  return asked === undefined || asked > head ? head : asked
}

export function addTailRoutes(server: FastifyInstance, context: ApiContext): void {
  const perUser = new Map<string, number>()
  const count = (user: string, by: number) => {
    const left = (perUser.get(user) ?? 0) + by
    if (left > 0) perUser.set(user, left)
    else perUser.delete(user)
    context.events.tailsOpen([...perUser.values()].reduce((sum, one) => sum + one, 0))
  }

  server.get<{ Querystring: TailText }>('/tail', {
    // Longer than any read; the stream has its own limits.
    config: { access: 'viewer' },
    schema: {
      summary: 'Live tail: server-sent events `batch`, `gap`, `dropped`, `ping`, `auth-expired`',
      tags: ['search'],
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: { ...scopeProperties, since: { type: 'integer', minimum: 0 } },
      },
      response: {
        200: {
          description: 'An endless text/event-stream.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const identity = identityOf(request)
      const scope = readScope(request.query, context)
      const total = [...perUser.values()].reduce((sum, one) => sum + one, 0)
      if ((perUser.get(identity.user) ?? 0) >= mostPerUser || total >= mostStreams) {
        throw new ApiProblem(429, 'streams', `Too many live tails are open; ${mostPerUser} per user.`, {
          advice: 'Close a tab that shows live events.',
        })
      }
      const head = context.store.head()
      const asked = startOf(request, request.query.since, head)
      const after = head - asked > mostReplayed ? head : asked
      const ending = new AbortController()
      const response = reply.raw
      reply.hijack()
      response.on('close', () => ending.abort())
      response.writeHead(200, {
        ...plainHeaders,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 2000\n\n')
      write(response, 'ping', '{}', after)
      if (after !== asked) write(response, 'gap', JSON.stringify({ from: asked, to: after }), after)
      count(identity.user, 1)
      const signal = AbortSignal.any([ending.signal, context.closing])
      try {
        await run(context, { response, identity, scope, after, signal, end: () => ending.abort() })
      } finally {
        count(identity.user, -1)
      }
    },
  })
}
