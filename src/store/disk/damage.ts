import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'

/** A file that could not be read, or not all of it. */
export interface Damage {
  readonly file: string
  /** Where it was put, as it was; the file itself when it is where it was. */
  readonly movedTo: string
  readonly reason: string
  /** What is missing because of it, for a person. */
  readonly lost: string
}

/** Files that only a later version understands must stay where they are. */
export function newerFormat(file: string, format: number): Error {
  return new Error(`${file} was written by a newer version of this program (format ${format})`)
}

/** The world refuses, or this program is too old; the file may be whole. */
export const isNoDamage =
  /written by a newer version|Out of Memory|failed to pin block|Permission denied|Read-only file system|Cannot open file|Too many open files|No space left/i

/** Moves a file, and its journal, out of the way. Resolves with where it is now. */
export async function setAside(file: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const movedTo = path.join(folder, path.basename(file))
  for (const end of ['', '.wal']) if (existsSync(file + end)) await rename(file + end, movedTo + end)
  return movedTo
}

export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}

/** More than the database may use: less has to be asked at a time. */
export function isMemoryExhausted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Out of Memory Error')
}
