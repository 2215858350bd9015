import type { Logger } from 'pino'
import type { Registry } from 'prom-client'

/**
 * Log and metrics of one process. Internal events are functions in this folder, one file per area: each writes its log line and moves
 * its counter in one place. A healthy system is silent at the default level (`info` is for start, stop and changes of state).
 */
export interface Telemetry {
  readonly log: Logger
  readonly metrics: Registry
}
