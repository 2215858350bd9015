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

/** What the panels of a page ask in the same turn goes out as one request. */
export function askTogether({ body }: Call, signal: AbortSignal): Promise<AggregateAnswer> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(sendAll)
    waiting.push({ body, signal, resolve, reject })
  })
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
  call<{ answers: readonly AggregateAnswer[] }>(
    { path: '/aggregates', body: { questions } },
    cancel.signal,
  ).then(
    ({ answers }) => {
      for (const [index, answer] of answers.entries()) asked[index]?.resolve(answer)
    },
    (error: unknown) => {
      for (const { reject } of asked) reject(error)
    },
  )
}
