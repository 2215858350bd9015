import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { toByteString } from '../../src/event/byte-string.ts'

/** Where the observed vectors lie: beside the project, or where QUAYWATCH_REFERENCE says. They are not part of it. */
export const referenceFolder =
  process.env['QUAYWATCH_REFERENCE'] ?? path.join(import.meta.dirname, '..', '..', '..', '..', 'shared')

/** One object per line of `data/engine/<name>`, as unknown JSON; `undefined` when the vectors are not there. */
export function readVectors(name: string): readonly unknown[] | undefined {
  const file = path.join(referenceFolder, 'data', 'engine', name)
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)
}

/** Vectors hold text, or with `"encoding":"latin1"` one byte per character. */
export function bytesOf(text: string, encoding: string | undefined): string {
  return encoding === 'latin1' ? text : toByteString(text)
}
