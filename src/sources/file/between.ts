import type { ByteString } from '../../event/byte-string.ts'
import { birthOf, type FollowedFile } from './followed-file.ts'

/** The files that had a path after one and before another. */
export interface Between {
  readonly path: ByteString
  readonly fromMs: number
  /** What has the path now. */
  readonly toKey: string
  /** The content of the former under another identity. */
  readonly isCopy: (file: FollowedFile) => boolean | Promise<boolean>
}

/** Never where the file system does not tell when a file was made. */
export function isBetween(birthMs: number, { fromMs, toKey }: Between): boolean {
  return fromMs > 0 && birthMs >= fromMs && birthMs <= birthOf(toKey)
}

/**
 * Oldest first. File systems tell births to a few milliseconds only; within them the names tell the order, of which `oldestFirst` has the keys.
 * `younger`: made after the file with `toKey`, although its birth is told as the same.
 */
export function ordered<F extends { readonly key: string }>(
  found: readonly F[],
  oldestFirst: readonly string[],
  toKey: string,
): { readonly files: readonly F[]; readonly younger: readonly F[] } {
  const places = new Map(oldestFirst.map((key, place) => [key, place]))
  const place = ({ key }: { readonly key: string }): number => places.get(key) ?? -1
  const last = places.get(toKey) ?? Infinity
  const isYounger = (file: F) => birthOf(file.key) === birthOf(toKey) && place(file) > last
  const files = found
    .filter((file) => !isYounger(file))
    .toSorted((left, right) => birthOf(left.key) - birthOf(right.key) || place(left) - place(right))
  return { files, younger: found.filter(isYounger) }
}
