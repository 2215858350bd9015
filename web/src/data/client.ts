import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { quoteBigNumbers } from '../../../src/api/big-numbers.ts'
import { base } from './address.ts'

export interface RuleProblem {
  readonly severity: string
  readonly message: string
  readonly at?: { readonly file: string; readonly line: number }
}

/** RFC 9457: what went wrong, and what to do about it. */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly advice: string | undefined
  /** Of rule files: what is wrong with them. */
  readonly problems: readonly RuleProblem[] | undefined
  /** Of a query: where the mistake is. */
  readonly position: number | undefined

  constructor(
    status: number,
    body: {
      title?: unknown
      detail?: unknown
      advice?: unknown
      position?: unknown
      problems?: readonly RuleProblem[]
    },
  ) {
    super(typeof body.detail === 'string' ? body.detail : 'The manager did not answer.')
    this.status = status
    this.title = typeof body.title === 'string' ? body.title : 'No answer'
    this.advice = typeof body.advice === 'string' ? body.advice : undefined
    this.problems = body.problems
    this.position = typeof body.position === 'number' ? body.position : undefined
  }
}

export interface Me {
  readonly user: string
  readonly role: 'viewer' | 'analyst' | 'admin'
  readonly hasPassword: boolean
  readonly hostName: string
  readonly version: string
}

/** `undefined`: not asked yet; `null`: signed out. */
export const me = signal<Me | null | undefined>(undefined)

export function apiUrl(path: string): string {
  return new URL(`api/v1${path}`, base).href
}

/** Numbers too big for a double stay as they were written: a time in nanoseconds must not change while it is shown. */
function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return isRounded && context?.source ? context.source : value
}

export interface Call {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  /** A change of it asks again. */
  readonly version?: number
}

async function send({ path, method, body }: Call, signal: AbortSignal | undefined): Promise<Response> {
  const init: RequestInit = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    credentials: 'same-origin',
  }
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { 'content-type': 'application/json' }
  }
  if (signal) init.signal = signal
  try {
    return await fetch(apiUrl(path), init)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Problem(0, {
      title: 'The manager does not answer',
      detail: 'The manager does not answer.',
      advice: 'Use: quaywatch doctor',
    })
  }
}

/** What the API sent, in the shape its schemas promise and its tests hold it to. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the schema
export function parseAnswer<T>(text: string): T {
  const quick = quoteBigNumbers(text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  if (quick !== undefined) return JSON.parse(quick) as T
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the third argument of a reviver is newer than the types
  return (JSON.parse as (text: string, reviver: typeof exact) => T)(text, exact)
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text()
  return parseAnswer<T>(/json/.test(answer.headers.get('content-type') ?? '') && text !== '' ? text : 'null')
}

let underway = 0

/** True while an answer is on its way: asking everything anew would throw it away. */
export function isAsking(): boolean {
  return underway > 0
}

export async function call<T>(asked: Call, signal?: AbortSignal): Promise<T> {
  underway += 1
  try {
    return await ask<T>(asked, signal)
  } finally {
    underway -= 1
  }
}

async function ask<T>(asked: Call, signal: AbortSignal | undefined): Promise<T> {
  const answer = await send(asked, signal)
  if (answer.ok) return read<T>(answer)
  if (answer.status === 401 && !asked.path.startsWith('/session')) me.value = null
  throw new Problem(
    answer.status,
    (await read<ConstructorParameters<typeof Problem>[1] | null>(answer)) ?? {},
  )
}

export interface Resource<T> {
  /** The last answer, kept while the next one is on its way. */
  readonly data: T | undefined
  readonly problem: Problem | undefined
  readonly isLoading: boolean
}

/** Asks again whenever the call changes; an answer that comes late for an older call is thrown away. */
export function useResource<T>(
  wanted: Call | undefined,
  send: (asked: Call, signal: AbortSignal) => Promise<T> = call,
): Resource<T> {
  const [state, setState] = useState<Resource<T>>({ data: undefined, problem: undefined, isLoading: true })
  const latest = useRef(wanted)
  latest.current = wanted
  const key = wanted && JSON.stringify(wanted)
  useEffect(() => {
    const asked = latest.current
    if (!asked) return undefined
    const cancel = new AbortController()
    setState((before) => ({ ...before, isLoading: true }))
    send(asked, cancel.signal).then(
      (data) => {
        if (!cancel.signal.aborted) setState({ data, problem: undefined, isLoading: false })
      },
      (error: unknown) => {
        if (cancel.signal.aborted) return
        const problem = error instanceof Problem ? error : new Problem(0, {})
        setState((before) => ({ data: before.data, problem, isLoading: false }))
      },
    )
    return () => cancel.abort()
  }, [key])
  return state
}

/** `?a=1&f=x&f=y` */
export function queryString(
  values: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    for (const one of value === undefined ? [] : [value].flat()) params.append(key, String(one))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
