import { cpSync } from 'node:fs'
import path from 'node:path'

import { packageRoot } from '../../src/version.ts'

/** A copy of the store that a version with format 1 left behind. */
export function copyOldStore(folder: string): void {
  cpSync(path.join(packageRoot, 'test/data/store-format-1'), folder, { recursive: true })
}

/** Its events, oldest first. */
export const oldIds = ['segment 1', 'segment 2', 'segment 3', 'segment 4', 'log 1', 'log 2'] as const
/** How often each user agent is in it, most frequent first. */
export const oldAgents = [
  ['kubectl/v1.32.0', 2],
  ['odd \u0001 \u001f agent', 2],
  ['curl/8', 1],
] as const
