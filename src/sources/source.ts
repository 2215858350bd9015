import type { EngineInventory } from '../event/inventory.ts'
import type { Batch, Cursor } from '../event/batch.ts'

export interface SourceStatus {
  readonly state: 'running' | 'waiting' | 'stopped'
  /** One sentence: what it listens to, or why it waits. */
  readonly detail: string
  /** What a person can do about it; only when something is wrong. */
  readonly advice?: string
  /** Wall clock of the last event, milliseconds. */
  readonly lastEventAtMs?: number
}

/** Something that turns the outside into events. */
export interface Source {
  /** Unique in the process; key of the stored cursor. */
  readonly name: string
  /**
   * How many batches may be taken before the first of them is settled; they are settled in the order they came. Default 1. More only without
   * cursors: a batch may become durable before the one it followed.
   */
  readonly mostUnsettled?: number
  /**
   * Called once. Ends when `signal` aborts or there is nothing left to read, ever. The next batch is asked for only when
   * the one before (see `mostUnsettled`) has been settled. What the outside does wrong is retried inside and shown by `status`; it throws
   * only when it can never work.
   */
  read(from: Cursor | undefined, signal: AbortSignal): AsyncIterable<Batch>
  status(): SourceStatus
  /** What exists on the engines it reads; absent for sources that read none. */
  inventory?(): readonly EngineInventory[]
}
