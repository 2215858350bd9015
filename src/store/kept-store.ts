import type { Store } from './store.ts'

export interface Verified {
  readonly segments: number
  readonly logFiles: number
  /** Commits in log files. */
  readonly groups: number
  /** In segments and log files. */
  readonly records: number
  readonly alerts: number
  readonly damages: readonly { readonly file: string; readonly reason: string }[]
}

export interface BackedUp {
  readonly folder: string
  readonly files: number
  readonly sizeBytes: number
  /** Every record up to this position is in it. */
  readonly head: number
}

export interface Compacted {
  readonly segments: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** A store in files of ours, which somebody has to look after. Everything goes on meanwhile; only new records become searchable later. */
export interface KeptStore extends Store {
  /** Reads everything and changes nothing. */
  verify(): Promise<Verified>
  /** Copies the state of one moment into a folder that must not exist or be empty. */
  backup(target: string): Promise<BackedUp>
  /** Writes every segment anew, without holes. */
  compact(): Promise<Compacted>
}
