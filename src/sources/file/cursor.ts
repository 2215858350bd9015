import type { ByteString } from '../../event/byte-string.ts'
import type { Cursor } from '../../event/batch.ts'

/** Where one file is to be read on. */
export interface SavedFile {
  readonly path: ByteString
  /** Device, inode and birth. */
  readonly key: string
  readonly generation: number
  readonly offset: number
  /** Digest of its first bytes. */
  readonly fingerprint: string
}

/** One file's part of the cursor: made when it changed, not with every batch. */
export function savedText({ path, key, generation, offset, fingerprint }: SavedFile): string {
  return JSON.stringify([path, key, generation, offset, fingerprint])
}

export interface SavedState {
  /** When the files were last looked for, wall clock, milliseconds: what was made later was never seen. */
  readonly searchedMs: number
  readonly files: readonly SavedFile[]
}

export function cursorOf(searchedMs: number, files: readonly string[]): Cursor {
  return `{"version":1,"searchedMs":${searchedMs},"files":[${files.join(',')}]}`
}

/** `undefined`: not a cursor of this source; everything is read as if it had never run. */
export function parseCursor(cursor: Cursor): SavedState | undefined {
  try {
    const found: unknown = JSON.parse(cursor)
    if (typeof found !== 'object' || found === null || !('files' in found) || !Array.isArray(found.files))
      return undefined
    const entries: readonly unknown[] = found.files
    const searchedMs =
      'searchedMs' in found && typeof found.searchedMs === 'number' ? found.searchedMs : Infinity
    return { searchedMs, files: entries.map(savedFile).filter((file) => file !== undefined) }
  } catch {
    return undefined
  }
}

function savedFile(entry: unknown): SavedFile | undefined {
  if (!Array.isArray(entry)) return undefined
  const [path, key, generation, offset, fingerprint]: unknown[] = entry
  const isGood =
    typeof path === 'string' &&
    typeof key === 'string' &&
    Number.isSafeInteger(generation) &&
    typeof generation === 'number' &&
    typeof offset === 'number' &&
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    typeof fingerprint === 'string'
  return isGood ? { path, key, generation, offset, fingerprint } : undefined
}
