import { readdir } from 'node:fs/promises'
import path from 'node:path'

import type { ByteString } from '../../event/byte-string.ts'
import { hasWildcard, pathMatcher, segmentMatcher, type NameMatcher } from './glob.ts'
import { strftime } from './strftime.ts'

/** File names are bytes: a path that is not valid UTF-8 can be opened all the same. */
export function onDisk(file: ByteString): Buffer {
  return Buffer.from(file, 'latin1')
}

export interface Candidates {
  /** Sorted; whether they exist is only known of those found by a wildcard. */
  readonly paths: readonly ByteString[]
  /** Where a new or changed file would show. */
  readonly directories: readonly ByteString[]
  /** A directory that could not be listed, and why. */
  readonly trouble: string | undefined
}

/** What a `<location>` stands for: one path, one path per date, or every file that matches. */
export interface FileLocation {
  readonly isGlob: boolean
  find(nowMs: number): Promise<Candidates>
}

/** Names looked at in one search, so that a huge directory cannot stall the source. */
const longestSearch = 100_000

export function fileLocation(location: ByteString, excludes: readonly ByteString[]): FileLocation {
  const isExcluded = (file: ByteString, nowMs: number): boolean =>
    excludes.some((pattern) => pathMatcher(strftime(pattern, nowMs))(file))
  if (!hasWildcard(location)) {
    const find = (nowMs: number): Promise<Candidates> => {
      const file = strftime(location, nowMs)
      return Promise.resolve({ paths: [file], directories: [path.posix.dirname(file)], trouble: undefined })
    }
    return { isGlob: false, find }
  }
  const find = async (nowMs: number): Promise<Candidates> => {
    const search = new Search()
    const found = await search.expand(location)
    const paths = found.filter((file) => !isExcluded(file, nowMs)).sort()
    return { paths, directories: search.directories, trouble: search.trouble }
  }
  return { isGlob: true, find }
}

class Search {
  readonly directories: ByteString[] = []
  trouble: string | undefined
  #looked = 0

  async expand(pattern: ByteString): Promise<readonly ByteString[]> {
    let found: readonly ByteString[] = ['']
    for (const segment of pattern.split('/').slice(1)) {
      const matches = segmentMatcher(segment)
      if (matches) found = await this.#children(found, matches)
      else found = found.map((parent) => `${parent}/${segment}`)
    }
    return found
  }

  async #children(parents: readonly ByteString[], matches: NameMatcher): Promise<readonly ByteString[]> {
    const found: ByteString[] = []
    for (const parent of parents) {
      const names = await this.#list(parent === '' ? '/' : parent)
      for (const name of names) if (matches(name)) found.push(`${parent}/${name}`)
    }
    return found
  }

  async #list(directory: ByteString): Promise<readonly ByteString[]> {
    if (this.#looked >= longestSearch) {
      this.trouble = `more than ${longestSearch} names match; not all of them were looked at`
      return []
    }
    try {
      const names = await readdir(onDisk(directory), { encoding: 'latin1' })
      this.directories.push(directory)
      this.#looked += names.length + 1
      return names
    } catch (error) {
      const code = errorCode(error)
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.trouble = `listing ${directory}: ${code}`
      return []
    }
  }
}

export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}
