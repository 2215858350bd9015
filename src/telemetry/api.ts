import { Counter, Gauge, Histogram } from 'prom-client'
import type { Telemetry } from './telemetry.ts'

/** Internal events of API and dashboard. */
export interface ApiEvents {
  listening(address: string, port: number): void
  answered(route: string, status: number, ms: number): void
  failed(route: string, error: unknown): void
  /** Hits that a slow reader of the live tail was not sent. */
  tailDropped(count: number): void
  tailFailed(error: unknown): void
  tailsOpen(count: number): void
  signInFailed(address: string): void
}

export function apiEvents({ log, metrics }: Telemetry): ApiEvents {
  const logger = log.child({ area: 'api' })
  const registers = [metrics]
  const requests = new Histogram({
    name: 'quaywatch_api_request_seconds',
    help: 'Time to answer, by route and status class.',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const failures = new Counter({
    name: 'quaywatch_api_failures_total',
    help: 'Requests that failed for a reason of ours.',
    registers,
  })
  const dropped = new Counter({
    name: 'quaywatch_api_tail_dropped_total',
    help: 'Hits not sent to live tails whose reader was too slow.',
    registers,
  })
  const open = new Gauge({
    name: 'quaywatch_api_tails_open',
    help: 'Live tails open now.',
    registers,
  })
  const refused = new Counter({
    name: 'quaywatch_api_sign_in_failures_total',
    help: 'Sign-ins with a wrong password, link or token.',
    registers,
  })
  return {
    listening(address, port) {
      logger.info({ address, port }, 'dashboard and API are listening')
    },
    answered(route, status, ms) {
      requests.observe({ route, status: `${Math.floor(status / 100)}xx` }, ms / 1000)
    },
    failed(route, error) {
      failures.inc()
      logger.error({ route, err: error }, 'a request failed')
    },
    tailDropped(count) {
      dropped.inc(count)
    },
    tailFailed(error) {
      logger.warn({ err: error }, 'a live tail ended because the store could not be read')
    },
    tailsOpen(count) {
      open.set(count)
    },
    signInFailed(address) {
      refused.inc()
      logger.warn({ address }, 'a sign-in failed')
    },
  }
}
