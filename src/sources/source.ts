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
  /** Who sends, for sources that many send to; absent before anybody did. */
  readonly senders?: readonly Sender[]
}

/** One of several that send to a source: an API server. */
export interface Sender {
  readonly cluster: string
  /** Address of its connection; a proxy in between stands for all behind it. */
  readonly server: string
  /** Since the start. */
  readonly events: number
  /** Of the last few seconds. */
  readonly eventsPerSecond?: number
  /** Time the oldest event of its last body was old when it was durable. */
  readonly lagSeconds?: number
  /** Wall clock, milliseconds. */
  readonly lastEventAtMs: number
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
