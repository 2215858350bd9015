import path from 'node:path'
import type { Inventory } from './inventory.ts'
import { inventoryFile, inventoryText, restoreInventory } from './inventory-file.ts'
import { knownText, restoreKnown } from './known-file.ts'
import type { KnownContainers } from './known-containers.ts'
import { SavedFile } from './saved-file.ts'

const knownEveryMs = 2000
/** A thousand containers are a megabyte. */
const inventoryEveryMs = 5000

export interface EngineFilesParts {
  readonly home: string
  /** `EngineAddress.key` */
  readonly key: string
  readonly known: KnownContainers
  readonly inventory: Inventory
  /** The engine was read before: what was known then counts. */
  readonly resumes: boolean
  failed(doing: string, error: unknown): void
}

/** What is kept of an engine in `data/docker-listener` besides the cursor. */
export function engineFiles(parts: EngineFilesParts): { close(): Promise<void> } {
  const { home, key, known, inventory } = parts
  const name = `containers-${key.replace(/[^\w.-]+/g, '_').slice(-80)}.json`
  const knownPath = path.join(home, 'data', 'docker-listener', name)
  const inventoryPath = inventoryFile(home, key)
  if (parts.resumes) restoreKnown(known, knownPath)
  restoreInventory(inventory, inventoryPath)
  const files = [
    new SavedFile({
      file: knownPath,
      everyMs: knownEveryMs,
      version: () => known.version,
      text: () => knownText(known),
      failed: (error) => parts.failed('saving the list of containers', error),
    }),
    new SavedFile({
      file: inventoryPath,
      everyMs: inventoryEveryMs,
      version: () => inventory.version + inventory.sightings.version,
      text: () => inventoryText(inventory),
      failed: (error) => parts.failed('saving the inventory', error),
    }),
  ]
  return { close: async () => void (await Promise.all(files.map((file) => file.close()))) }
}
