import { readdir } from 'node:fs/promises'
import path from 'node:path'

import type { ByteString } from '../../event/byte-string.ts'
import { onDisk } from './location.ts'

const mostNames = 5_000
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

/** Paths that rotation may have given to what was `app.log`: `app.log.1`, `app.log-20260102`, `app-20260102.log`. */
export async function rotatedNames(file: ByteString): Promise<readonly ByteString[]> {
  const { dir, base } = path.posix.parse(file)
  const names = await namesIn(dir)
  return names.filter((name) => isRotatedName(name, base)).map((name) => path.posix.join(dir, name))
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
