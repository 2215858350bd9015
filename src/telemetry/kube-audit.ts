import { Counter, Gauge, Histogram } from 'prom-client'

import { printable } from './printable.ts'
import type { Telemetry } from './telemetry.ts'

/** Why a request or connection was not taken. */
export type Refusal =
  | 'no-credentials'
  | 'wrong-token'
  | 'unknown-authority'
  | 'expired-certificate'
  | 'not-an-audit-client'
  | 'plain-http'
  | 'handshake'
  | 'method'
  | 'encoding'
  | 'too-large'
  | 'too-slow'
  | 'interrupted'
  | 'not-audit-events'
  | 'rate'
  | 'connections'
  | 'busy'
  | 'not-stored'

export type KubeAuditTelemetry = ReturnType<typeof kubeAuditTelemetry>

/** One API server, as far as its numbers go. */
interface SenderNumbers {
  readonly cluster: string
  readonly server: string
  readonly events: number
  readonly lagSeconds?: number
  readonly lastEventAtMs: number
}

/** One line per reason and minute is enough to see what is wrong; the counter has them all. */
const quietMs = 60_000

/** What the audit webhook receives and what it turns away. */
export function kubeAuditTelemetry({ log, metrics }: Telemetry, now: () => number) {
  const registers = [metrics]
  const events = new Counter({
    name: 'quaywatch_kube_audit_events_total',
    help: 'Audit events received, by cluster.',
    labelNames: ['cluster'],
    registers,
  })
  const bytes = new Counter({
    name: 'quaywatch_kube_audit_bytes_total',
    help: 'Bytes of request bodies received, after decompression.',
    labelNames: ['cluster'],
    registers,
  })
  const deadLetters = new Counter({
    name: 'quaywatch_kube_audit_dead_letters_total',
    help: 'Items that were no audit events; they are kept as events of their own.',
    labelNames: ['cluster'],
    registers,
  })
  const truncated = new Counter({
    name: 'quaywatch_kube_audit_truncated_total',
    help: 'Audit events whose bodies the API server cut.',
    labelNames: ['cluster'],
    registers,
  })
  const refused = new Counter({
    name: 'quaywatch_kube_audit_refused_total',
    help: 'Requests and connections that were turned away.',
    labelNames: ['reason'],
    registers,
  })
  const lag = new Gauge({
    name: 'quaywatch_kube_audit_lag_seconds',
    help: 'Stage timestamp of the oldest event of the last body to durable.',
    labelNames: ['cluster'],
    registers,
  })
  const lastReceived = new Gauge({
    name: 'quaywatch_kube_audit_last_received_timestamp_seconds',
    help: 'When the last body of a cluster was stored.',
    labelNames: ['cluster'],
    registers,
  })
  const held = new Gauge({
    name: 'quaywatch_kube_audit_held_bytes',
    help: 'Bytes of bodies received and not yet durable.',
    registers,
  })
  const answer = new Histogram({
    name: 'quaywatch_kube_audit_answer_seconds',
    help: 'Complete body to answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10],
    registers,
  })
  let senders: () => readonly SenderNumbers[] = () => []
  const ofServer = { labelNames: ['cluster', 'server'], registers } as const
  void new Counter({
    ...ofServer,
    name: 'quaywatch_kube_audit_server_events_total',
    help: 'Audit events received, by cluster and address of the API server.',
    collect() {
      this.reset()
      for (const { cluster, server, events } of senders()) this.inc({ cluster, server }, events)
    },
  })
  void new Gauge({
    ...ofServer,
    name: 'quaywatch_kube_audit_server_lag_seconds',
    help: 'Stage timestamp of the oldest event of the last body to durable, by address of the API server.',
    collect() {
      this.reset()
      for (const { cluster, server, lagSeconds } of senders())
        if (lagSeconds !== undefined) this.set({ cluster, server }, lagSeconds)
    },
  })
  void new Gauge({
    ...ofServer,
    name: 'quaywatch_kube_audit_server_last_received_timestamp_seconds',
    help: 'When the last body of an API server was stored, by its address.',
    collect() {
      this.reset()
      for (const { cluster, server, lastEventAtMs } of senders())
        this.set({ cluster, server }, lastEventAtMs / 1000)
    },
  })
  const scrapes = new Counter({
    name: 'quaywatch_kube_audit_scrapes_total',
    help: 'Times the counters of an API server were asked for, by result.',
    labelNames: ['cluster', 'server', 'result'],
    registers,
  })
  const sent = new Gauge({
    name: 'quaywatch_kube_audit_sent_events',
    help: 'Audit events that the API servers of a cluster made since their counters were read first.',
    labelNames: ['cluster'],
    registers,
  })
  const missing = new Counter({
    name: 'quaywatch_kube_audit_missing_events_total',
    help: 'Audit events that API servers counted and that did not come.',
    labelNames: ['cluster', 'reason'],
    registers,
  })
  const saidAtMs = new Map<string, number>()
  return {
    listening: (address: string, port: number, auth: readonly string[]) => {
      log.info({ address, port, auth }, 'listening for Kubernetes audit events')
      if (auth.includes('none'))
        log.warn(
          { port },
          'ANYBODY who reaches this port can send audit events: <auth> of <kube_audit> is none',
        )
    },
    cannotListen: (error: Error, waitMs: number) =>
      log.error(
        { error: error.message, waitMs },
        'cannot listen for Kubernetes audit events, will try again',
      ),
    certificatesRead: (missing: readonly string[]) => {
      if (missing.length > 0)
        log.warn(
          { missing },
          'the server certificate does not cover these names; API servers that use them refuse it',
        )
    },
    certificatesFailed: (error: Error) =>
      log.error({ error: error.message }, 'new certificates cannot be used, going on with the old ones'),
    credentialsChanged: () => log.info('certificates or tokens of the audit webhook were read again'),
    received: (
      cluster: string,
      counts: { events: number; bytes: number; deadLetters: number; truncated: number },
    ) => {
      events.inc({ cluster }, counts.events)
      bytes.inc({ cluster }, counts.bytes)
      if (counts.truncated > 0) truncated.inc({ cluster }, counts.truncated)
      if (counts.deadLetters > 0) {
        deadLetters.inc({ cluster }, counts.deadLetters)
        log.warn(
          { cluster, count: counts.deadLetters },
          'items that are no audit events were kept as dead letters',
        )
      }
    },
    stored: (cluster: string, lagMs: number | undefined, answerMs: number) => {
      lastReceived.set({ cluster }, now() / 1000)
      if (lagMs !== undefined) lag.set({ cluster }, lagMs / 1000)
      answer.observe(answerMs / 1000)
    },
    /** Who sends, asked whenever somebody reads the metrics. */
    watchSenders: (read: () => readonly SenderNumbers[]) => {
      senders = read
    },
    scraped: (cluster: string, server: string) => scrapes.inc({ cluster, server, result: 'ok' }),
    cannotScrape: (cluster: string, server: string, error: Error) => {
      scrapes.inc({ cluster, server, result: 'failed' })
      const key = `scrape ${server}`
      if (now() - (saidAtMs.get(key) ?? -quietMs) < 10 * quietMs) return
      saidAtMs.set(key, now())
      log.warn({ cluster, server, error: error.message }, 'the metrics of an API server cannot be read')
    },
    sent: (cluster: string, events: number) => sent.set({ cluster }, events),
    missing: (cluster: string, reason: 'not-sent' | 'not-received', count: number) =>
      missing.inc({ cluster, reason }, count),
    held: (count: number) => held.set(count),
    refused: (reason: Refusal, peer: string, detail = '') => {
      refused.inc({ reason })
      if (now() - (saidAtMs.get(reason) ?? -quietMs) < quietMs) return
      saidAtMs.set(reason, now())
      log.warn(
        { reason, peer: printable(peer), detail: printable(detail) },
        'an audit request was turned away',
      )
    },
  }
}
