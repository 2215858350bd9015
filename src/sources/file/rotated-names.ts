import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'

import type { ByteString } from '../../event/byte-string.ts'
import { onDisk } from './location.ts'

const mostNames = 5_000
const mostLooks = 10
/** What rotation adds: a number or a date. Compressed files have another ending and do not match. */
const suffix = /^[._-](?:\d[\d._T-]*|old|prev)$/

/** At most 5000; none when the directory is gone, with its files. */
export async function namesIn(directory: ByteString): Promise<readonly ByteString[]> {
  try {
    return (await readdir(onDisk(directory), { encoding: 'latin1' })).slice(0, mostNames)
  } catch {
    return [] // what it held is gone, which the caller counts
  }
}

/**
 * A path and, where it is a symbolic link, what it leads to: kubelet rotates a container's log where it lies, below
 * `/var/log/pods`, while `/var/log/containers` holds links.
 */
export async function placesOf(file: ByteString): Promise<readonly ByteString[]> {
  try {
    const real = await realpath(onDisk(file), { encoding: 'latin1' })
    return real === file ? [file] : [file, real]
  } catch {
    return [file] // it is not there now; what it led to is not known
  }
}

/**
 * Paths that rotation may have given to what was `app.log`: `app.log.1`, `app.log-20260102`, `app-20260102.log`. Newest first:
 * while they are looked at one by one, rotation moves names towards the old ones, and none is passed over.
 */
export async function rotatedNames(file: ByteString): Promise<readonly ByteString[]> {
  const found: ByteString[] = []
  for (const place of await placesOf(file)) {
    const { dir, base } = path.posix.parse(place)
    const names = await namesIn(dir)
    const rotated = names
      .filter((name) => isRotatedName(name, base))
      .sort(byAge)
      .reverse()
    found.push(...rotated.map((name) => path.posix.join(dir, name)))
  }
  return found
}

/** Names move on while they are looked at: `look`, which resolves with what it saw, is called until it sees the same twice. */
export async function untilAlike(look: () => Promise<string>): Promise<void> {
  let before = ''
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const seen = await look()
    if (seen === before) return
    before = seen
  }
}

/** Oldest first: of numbers the highest, of dates the earliest. */
export function byAge(left: ByteString, right: ByteString): number {
  return numberOf(right) - numberOf(left) || (left < right ? -1 : 1)
}

/** 0: not numbered. Dates have more digits. */
function numberOf(name: ByteString): number {
  return Number(/\.(\d{1,5})$/.exec(name)?.[1] ?? 0)
}

export function isRotatedName(name: ByteString, base: ByteString): boolean {
  if (name.startsWith(base)) return suffix.test(name.slice(base.length))
  const { name: stem, ext } = path.posix.parse(base)
  return (
    name.startsWith(stem) &&
    name.endsWith(ext) &&
    suffix.test(name.slice(stem.length, name.length - ext.length))
  )
}
