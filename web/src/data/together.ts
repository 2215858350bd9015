import type { AggregateAnswer } from './answers.ts'
import type { Call } from './client.ts'
import { call } from './client.ts'

interface Waiting {
  readonly body: unknown
  readonly signal: AbortSignal
  readonly resolve: (answer: AggregateAnswer) => void
  readonly reject: (reason: unknown) => void
}

/** As many as the API takes in one request. */
const most = 32
let waiting: Waiting[] = []
const underway = new Set<Promise<unknown>>()

/** What the panels of a page ask in the same turn goes out as one request. */
export function askTogether({ body }: Call, signal: AbortSignal): Promise<AggregateAnswer> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(sendAll)
    waiting.push({ body, signal, resolve, reject })
  })
}

/**
 * Resolves when what the answers so far led to has been rendered, and has asked in its turn: effects run after a frame, in the
 * order in which frames were asked for. There are no frames while the page is hidden.
 */
async function rendered(): Promise<void> {
  await nextTurn()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 200)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  await nextTurn()
  await nextTurn()
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

/** Goes out when what the panels of the page ask together has come back: the store has no time for both. */
export async function askAfterwards(asked: Call, signal: AbortSignal): Promise<AggregateAnswer> {
  do {
    await Promise.allSettled(underway)
    await rendered()
  } while (underway.size > 0 && !signal.aborted)
  signal.throwIfAborted()
  return call<AggregateAnswer>(asked, signal)
}

function sendAll(): void {
  const all = waiting.filter(({ signal }) => !signal.aborted)
  waiting = []
  for (let at = 0; at < all.length; at += most) send(all.slice(at, at + most))
}

function send(asked: readonly Waiting[]): void {
  const cancel = new AbortController()
  let left = asked.length
  for (const { signal } of asked) {
    signal.addEventListener('abort', () => {
      left -= 1
      if (left === 0) cancel.abort()
    })
  }
  const questions = asked.map(({ body }) => body)
  const answered = call<{ answers: readonly AggregateAnswer[] }>(
    { path: '/aggregates', body: { questions } },
    cancel.signal,
  )
  underway.add(answered)
  answered.then(
    ({ answers }) => {
      for (const [index, answer] of answers.entries()) asked[index]?.resolve(answer)
    },
    (error: unknown) => {
      for (const { reject } of asked) reject(error)
    },
  )
  const forget = () => void underway.delete(answered)
  answered.then(forget, forget)
}
