import type { FastifyReply } from 'fastify'

/** An answer other than success, as RFC 9457 has it. Thrown by handlers, written by the error handler. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  /** What a person can do next. */
  readonly advice: string | undefined
  readonly extra: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { readonly advice?: string; readonly extra?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.advice = more.advice
    this.extra = more.extra ?? {}
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Refused',
  429: 'Too many requests',
  500: 'Something went wrong here',
  503: 'Not available at the moment',
}

export function sendProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const body = {
    type: `urn:quaywatch:problem:${problem.code}`,
    title: titles[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    ...(problem.advice === undefined ? {} : { advice: problem.advice }),
    ...problem.extra,
  }
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}

export function notFound(what: string): ApiProblem {
  return new ApiProblem(404, 'not-found', `${what} was not found`)
}
