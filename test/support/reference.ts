import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const projectRoot = path.join(import.meta.dirname, '..', '..', '..')
const folder = process.env['QUAYWATCH_REFERENCE'] ?? path.join(projectRoot, '..', 'shared')

/** A file of the reference data, which is not part of the project; `undefined` when it is not there. */
export function referencePath(...parts: readonly string[]): string | undefined {
  const file = path.join(folder, ...parts)
  return existsSync(file) ? file : undefined
}

/** The lines of a reference file, or none. */
export function referenceLines(...parts: readonly string[]): readonly string[] {
  const file = referencePath(...parts)
  if (file === undefined) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
