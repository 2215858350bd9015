import type { RawEvent } from './raw-event.ts'

/** Where a source resumes. Only the source that wrote it reads it. */
export type Cursor = string

/** What a source hands over at once: read together, evaluated once, stored in one append, settled once. */
export interface Batch {
  /** Name of the source, unique in the process: `docker-listener`, `kube-audit`, `localfile:/var/log/x`. */
  readonly source: string
  readonly events: readonly RawEvent[]
  /** Stored in the same transaction as the events; `undefined` leaves the stored one as it is. */
  readonly cursor: Cursor | undefined
  /** Called exactly once: bare when durable, with the reason when not. */
  settle(failure?: Error): void
}
