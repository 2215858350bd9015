import { existsSync } from 'node:fs'
import path from 'node:path'

import { NoServer, RemoteStore } from '../store/remote/client.ts'
import { socketName } from '../store/remote/protocol.ts'
import type { KeptStore } from '../store/kept-store.ts'
import type { ReplayedEvent } from '../store/store.ts'
import type { Damage } from '../store/disk/damage.ts'

/** What commands read from a store, wherever it is open. */
export type StoreReader = Pick<KeptStore, 'search' | 'stats' | 'verify' | 'compact' | 'backup'> & {
  /** As `Store.replay`. */
  replay(sinceMs: number, signal: AbortSignal, untilMs: number): AsyncIterable<readonly ReplayedEvent[]>
}

export function remoteStore(home: string): RemoteStore {
  return new RemoteStore(path.join(home, 'run', socketName))
}

/** Asks the manager that has the store open; opens the files itself when none runs. */
export async function withStore<T>(
  home: string,
  use: (store: StoreReader) => Promise<T>,
  onDamage: (damage: Damage) => void = () => undefined,
): Promise<T> {
  try {
    return await use(remoteStore(home))
  } catch (error) {
    if (!(error instanceof NoServer)) throw error
  }
  const folder = path.join(home, 'data')
  if (!existsSync(folder)) throw new NoStore(`there is no store in ${home}; --home says where it is`)
  // The database is loaded only when it is needed: asking a manager must not wait for it.
  const { openStore } = await import('../store/open-store.ts')
  const store = await openStore({ folder, onDamage })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

export class NoStore extends Error {}
