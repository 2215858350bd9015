import { Counter, Gauge, type Registry } from 'prom-client'
import type { Telemetry } from './telemetry.ts'

function counter(registry: Registry, name: string, help: string): Counter {
  const known = registry.getSingleMetric(name)
  return known instanceof Counter ? known : new Counter({ name, help, registers: [registry] })
}

function gauge(registry: Registry, name: string, help: string): Gauge {
  const known = registry.getSingleMetric(name)
  return known instanceof Gauge ? known : new Gauge({ name, help, registers: [registry] })
}

/** Everything worth knowing about reading Docker engines, each with its log line and counter. */
export class DockerTelemetry {
  readonly #telemetry: Telemetry
  readonly #events: Counter
  readonly #late: Counter
  readonly #healthchecks: Counter
  readonly #unreadable: Counter
  readonly #recovered: Counter
  readonly #gaps: Counter
  readonly #reconciled: Counter
  readonly #toldBefore: Counter
  readonly #outages: Counter
  readonly #waiting: Gauge
  readonly #spooled: Gauge
  readonly #spoolFailures: Counter

  constructor(telemetry: Telemetry) {
    const { metrics } = telemetry
    this.#telemetry = telemetry
    this.#events = counter(metrics, 'quaywatch_docker_events_total', 'Events received from Docker engines.')
    this.#late = counter(
      metrics,
      'quaywatch_docker_enrichment_late_total',
      'Events that went on before their inspect.',
    )
    this.#healthchecks = counter(
      metrics,
      'quaywatch_docker_healthchecks_total',
      'Events of health check probes.',
    )
    this.#unreadable = counter(
      metrics,
      'quaywatch_docker_unreadable_total',
      'Lines of engines that are no events.',
    )
    this.#recovered = counter(
      metrics,
      'quaywatch_docker_recovered_total',
      'Events the stream missed, found by audit.',
    )
    this.#gaps = counter(
      metrics,
      'quaywatch_docker_gaps_total',
      'Intervals in which events may have been lost.',
    )
    this.#reconciled = counter(
      metrics,
      'quaywatch_docker_reconciled_total',
      'State changes found by comparing states.',
    )
    this.#toldBefore = counter(
      metrics,
      'quaywatch_docker_told_before_total',
      'Events that came after comparing states had told of them.',
    )
    this.#outages = counter(
      metrics,
      'quaywatch_docker_outages_total',
      'Times the connection to an engine was lost.',
    )
    this.#waiting = gauge(
      metrics,
      'quaywatch_docker_waiting_events',
      'Events received and not yet handed on, in memory.',
    )
    this.#spooled = gauge(
      metrics,
      'quaywatch_docker_spooled_bytes',
      'Events that wait on disk because the store is slow.',
    )
    this.#spoolFailures = counter(
      metrics,
      'quaywatch_docker_spool_failures_total',
      'Times waiting events could not be written to disk.',
    )
  }

  received(count: number): void {
    this.#events.inc(count)
  }

  waiting(inMemory: number, spooledBytes: number): void {
    this.#waiting.set(inMemory)
    this.#spooled.set(spooledBytes)
  }

  spoolFailed(reason: string): void {
    this.#spoolFailures.inc()
    this.#telemetry.log.error(
      { reason },
      'docker: waiting events cannot be written to disk; they stay in memory',
    )
  }

  late(): void {
    this.#late.inc()
  }

  healthcheck(): void {
    this.#healthchecks.inc()
  }

  unreadable(count: number): void {
    this.#unreadable.inc(count)
  }

  connected(engine: string, version: string): void {
    this.#telemetry.log.info({ engine, version }, 'docker: connected, listening to events')
  }

  disconnected(engine: string, reason: string): void {
    this.#outages.inc()
    this.#telemetry.log.warn({ engine, reason }, 'docker: connection to the engine ended; connecting again')
  }

  unreachable(engine: string, reason: string, advice: string): void {
    this.#telemetry.log.warn({ engine, reason, advice }, 'docker: engine cannot be reached; trying again')
  }

  gaveUp(engine: string, attempts: number): void {
    this.#telemetry.log.error({ engine, attempts }, 'docker: maximum attempts to reach the engine; giving up')
  }

  overloaded(engine: string, waiting: number, spooledBytes: number): void {
    this.#telemetry.log.error(
      { engine, waiting, spooledBytes },
      'docker: events come faster than they are stored; reading pauses',
    )
  }

  recovered(engine: string, count: number): void {
    this.#recovered.inc(count)
    this.#telemetry.log.warn({ engine, count }, 'docker: the event stream left out events; recovered')
  }

  gap(engine: string, gap: { readonly reason: string; readonly from: string; readonly to: string }): void {
    this.#gaps.inc()
    this.#telemetry.log.error({ engine, ...gap }, 'docker: events may have been lost in this interval')
  }

  reconciled(engine: string, count: number): void {
    if (count === 0) return
    this.#reconciled.inc(count)
    this.#telemetry.log.warn({ engine, count }, 'docker: state changes found by comparing states')
  }

  /** It is not told a second time. */
  toldBefore(): void {
    this.#toldBefore.inc()
  }

  failed(engine: string, doing: string, reason: string): void {
    this.#telemetry.log.warn({ engine, reason }, `docker: ${doing} failed`)
  }
}
