import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { toByteString } from './event/byte-string.ts'

/**
 * Files of a ruleset by the names that configurations use: `ruleset/rules/x.xml` is in the built-in or given tree,
 * everything else is relative to the home directory.
 */
export interface RulesetFiles {
  /** Names in a folder, sorted; nothing when there is no such folder. */
  list(folder: string): readonly string[]
  /** Byte string; throws when it cannot be read. */
  read(name: string): string
  /** Every list file that is there, as `etc/lists/…`. */
  lists(): readonly string[]
  /** Those of them that come with the ruleset: its own rules need them, whatever a configuration lists. */
  shippedLists?(): readonly string[]
}

export function rulesetFilesOnDisk(home: string, ruleset: string): RulesetFiles {
  const resolve = (name: string): string =>
    name.startsWith('ruleset/') ? path.join(ruleset, name.slice('ruleset/'.length)) : path.resolve(home, name)
  /** Lists that come with the ruleset have names below `etc/lists` too; those in the home directory win. */
  const shipped = (name: string): string => path.join(ruleset, 'lists', name.replace(/^etc\/lists\//, ''))
  return {
    list: (folder) => namesIn(resolve(folder)),
    read: (name) => {
      const own = resolve(name)
      const isShipped = name.startsWith('etc/lists/') && !isFile(own) && isFile(shipped(name))
      return toByteString(readFileSync(isShipped ? shipped(name) : own))
    },
    shippedLists: () => filesBelow(path.join(ruleset, 'lists')).map((name) => `etc/lists/${name}`),
    lists: () => {
      const names = [path.join(ruleset, 'lists'), path.join(home, 'etc', 'lists')].flatMap(filesBelow)
      return [...new Set(names)].map((name) => `etc/lists/${name}`)
    },
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Compiled lists beside their texts, and hidden files, are left out. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.cdb') && !entry.name.startsWith('.'))
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort()
  } catch {
    return []
  }
}
