import path from 'node:path'
import type { Place } from './cursor.ts'
import { EngineContainers } from './engine-containers.ts'
import { Inventory } from './inventory.ts'
import { inventoryFile, inventoryText, restoreInventory } from './inventory-file.ts'
import { knownText, restoreKnown } from './known-file.ts'
import { SavedFile } from './saved-file.ts'

const knownEveryMs = 2000
/** A thousand containers are a megabyte. */
const inventoryEveryMs = 5000

const knownLimit = 100_000

export interface KeptEngineParts {
  readonly home: string
  /** `EngineAddress.key` */
  readonly key: string
  /** What was stored of this engine before, if anything. */
  readonly place: Place
  /** It was read before: what was known then counts. */
  readonly resumes: boolean
  readonly failed: (doing: string, error: unknown) => void
}

/** What is kept of an engine besides the cursor, in `data/docker-listener`. */
export interface KeptEngine {
  readonly containers: EngineContainers
  readonly inventory: Inventory
  close(): Promise<void>
}

/** As it was when everything up to `place` was stored. */
export function keptEngine({ home, key, place, resumes, failed }: KeptEngineParts): KeptEngine {
  const name = `containers-${key.replace(/[^\w.-]+/g, '_').slice(-80)}.json`
  const knownPath = path.join(home, 'data', 'docker-listener', name)
  const inventoryPath = inventoryFile(home, key)
  const containers = new EngineContainers(knownLimit)
  const inventory = new Inventory(key)
  if (resumes) restoreKnown(containers.stored, knownPath)
  for (const { engine, change } of place.changes) if (engine === key) containers.store(change)
  containers.begin(place.positions.get(key)?.nano)
  restoreInventory(inventory, inventoryPath)
  const files = [
    new SavedFile({
      file: knownPath,
      everyMs: knownEveryMs,
      version: () => containers.stored.version,
      text: () => knownText(containers.stored),
      saved: (version) => containers.saved(version),
      failed: (error) => failed('saving the list of containers', error),
    }),
    new SavedFile({
      file: inventoryPath,
      everyMs: inventoryEveryMs,
      version: () => inventory.version + inventory.sightings.version,
      text: () => inventoryText(inventory),
      failed: (error) => failed('saving the inventory', error),
    }),
  ]
  const close = async (): Promise<void> => void (await Promise.all(files.map((file) => file.close())))
  return { containers, inventory, close }
}
