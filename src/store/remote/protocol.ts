import type { Dataset, Position, SearchRequest } from '../store.ts'

/** One JSON line from a client per connection. */
export type Request =
  | { readonly ask: 'search'; readonly request: SearchRequest }
  | { readonly ask: 'stats' | 'verify' | 'compact' }
  /** An absolute path, written by the manager. */
  | { readonly ask: 'backup'; readonly target: string }
  /** Answered in slices. */
  | { readonly ask: 'replay'; readonly sinceMs: number; readonly untilMs: number }
  /** Without a position: what comes from now on. */
  | { readonly ask: 'follow'; readonly dataset: Dataset; readonly after: Position | undefined }

/** JSON lines back: any number of results, then the connection ends; an error is the last line. */
export type Answer<T> = { readonly result: T } | { readonly error: string }

/** Where the manager of a home listens for other processes of the same user. */
export const socketName = 'store.sock'
