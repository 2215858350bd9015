// What bench/kube does to a manager: recorded audit events in bodies of any number, as fast as they are answered or on a clock.
import { readFileSync } from 'node:fs'
import { Agent, type AgentOptions, request } from 'node:https'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { packageRoot } from '../src/version.ts'

const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
const idStart = '00000000-0000-4000-8000-'

/** An event of the recorded mix around the number in its id. */
type Template = readonly [before: string, behind: string]

function readTemplates(): readonly Template[] {
  const now = new Date().toISOString()
  const stamps = { auditID: idStart, requestReceivedTimestamp: now, stageTimestamp: now }
  const file = path.join(packageRoot, 'test', 'data', 'kube-audit', 'webhook-bodies.jsonl')
  const bodies = readFileSync(file, 'utf8').trimEnd().split('\n')
  return bodies
    .flatMap((line): readonly object[] => JSON.parse(line).items)
    .map((item) => {
      const [before = '', behind = ''] = JSON.stringify({ ...item, ...stamps }).split(idStart)
      return [before + idStart, behind]
    })
}

export interface Body {
  readonly first: number
  readonly length: number
  readonly text: string
}

/** The recorded mix in its order; every event has a number of its own in its id. */
export class Mix {
  #templates = readTemplates()
  #next = 0

  /** Events after this one happened now. */
  restamp(): void {
    this.#templates = readTemplates()
  }

  body(length: number): Body {
    const first = this.#next
    let text = head
    for (let at = 0; at < length; at += 1) {
      const number = this.#next++
      const [before, behind] = this.#templates[number % this.#templates.length] ?? ['', '']
      text += `${at === 0 ? '' : ','}${before}${String(number).padStart(12, '0')}${behind}`
    }
    return { first, length, text: `${text}]}` }
  }
}

/** The numbers in a text that holds ids of `Mix`. */
export function numberIn(text: string): number | undefined {
  const at = text.indexOf(idStart)
  return at < 0 ? undefined : Number(text.slice(at + idStart.length, at + idStart.length + 12))
}

interface Answer {
  /** 0: none. */
  readonly status: number
  readonly hasRetryAfter: boolean
}

export function post(port: number, agent: Agent, text: string): Promise<Answer> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/' }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          hasRetryAfter: answer.headers['retry-after'] !== undefined,
        }),
      )
      answer.on('error', () => resolve({ status: 0, hasRetryAfter: false }))
    })
    outgoing.on('error', () => resolve({ status: 0, hasRetryAfter: false }))
    outgoing.end(text)
  })
}

export interface Load {
  readonly perSecond: number
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[]
  readonly refused: number
}

export interface Target {
  readonly port: number
  readonly tls: AgentOptions
  /** Called with every body that was answered 200. */
  readonly stored: (body: Body) => void
}

/** Each connection sends its next body when the one before was answered. */
export async function closedLoad(
  { port, tls, stored }: Target,
  bodies: readonly Body[],
  limits: { readonly connections: number; readonly durationMs: number },
): Promise<Load> {
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: limits.connections })
  const ready = bodies.toReversed()
  const latencies: number[] = []
  let events = 0
  let refused = 0
  const start = performance.now()
  const client = async () => {
    for (
      let body = ready.pop();
      body !== undefined && performance.now() - start < limits.durationMs;
      body = ready.pop()
    ) {
      const began = performance.now()
      const { status } = await post(port, agent, body.text)
      latencies.push(performance.now() - began)
      if (status === 200) {
        stored(body)
        events += body.length
      } else refused += 1
    }
  }
  await Promise.all(Array.from({ length: limits.connections }, client))
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return {
    perSecond: Math.round(events / seconds),
    latencies: latencies.toSorted((a, b) => a - b),
    refused,
  }
}

export interface Overload {
  readonly sent: number
  /** Requests by status; 0: no answer. */
  readonly answers: ReadonlyMap<number, number>
  /** Refusals that said when to come back. */
  readonly withRetryAfter: number
  /** Events answered 200, per second of the time until the last answer. */
  readonly storedPerSecond: number
  /** Of requests answered 200, milliseconds, sorted. */
  readonly latencies: readonly number[]
}

const openConnections = 256

/** Bodies leave on a clock, whether or not earlier ones were answered: as many API servers send. */
export async function openLoad(
  { port, tls, stored }: Target,
  mix: Mix,
  pace: { readonly perSecond: number; readonly length: number; readonly durationMs: number },
): Promise<Overload> {
  const agent = new Agent({
    ...tls,
    keepAlive: true,
    maxSockets: openConnections,
    maxFreeSockets: openConnections,
  })
  // API servers keep their connections; hundreds of handshakes at once would be all that is measured.
  await Promise.all(Array.from({ length: openConnections }, () => post(port, agent, `${head}]}`)))
  const answers = new Map<number, number>()
  const latencies: number[] = []
  const pending: Promise<void>[] = []
  let events = 0
  let withRetryAfter = 0
  const send = async (body: Body) => {
    const began = performance.now()
    const { status, hasRetryAfter } = await post(port, agent, body.text)
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (hasRetryAfter) withRetryAfter += 1
    if (status !== 200) return
    latencies.push(performance.now() - began)
    stored(body)
    events += body.length
  }
  const start = performance.now()
  for (let sent = 0; performance.now() - start < pace.durationMs; await sleep(5)) {
    const due = (((performance.now() - start) / 1000) * pace.perSecond) / pace.length
    for (; sent < due; sent += 1) pending.push(send(mix.body(pace.length)))
  }
  await Promise.all(pending)
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return {
    sent: pending.length,
    answers,
    withRetryAfter,
    storedPerSecond: Math.round(events / seconds),
    latencies: latencies.toSorted((a, b) => a - b),
  }
}
