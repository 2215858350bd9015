import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { toByteString } from './event/byte-string.ts'
import { packageRoot } from './version.ts'

const builtInRuleset = path.join(packageRoot, 'ruleset')

/**
 * Files of a ruleset by the names that configurations use: `ruleset/rules/x.xml` is in the built-in or given tree,
 * everything else is relative to the home directory. Without `ruleset` the built-in tree is used.
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

export function rulesetFilesOnDisk(home: string, ruleset: string = builtInRuleset): RulesetFiles {
  // The home of another installation has its own tree, which is used where the given one has no file. The built-in one is whole.
  const isWhole = ruleset === builtInRuleset
  const inRuleset = (name: string): string => path.join(ruleset, name.slice('ruleset/'.length))
  const resolve = (name: string): string =>
    name.startsWith('ruleset/') && (isWhole || isFile(inRuleset(name)))
      ? inRuleset(name)
      : path.resolve(home, name)
  /** Lists that come with the ruleset have names below `etc/lists` too; those in the home directory win. */
  const shipped = (name: string): string => path.join(ruleset, 'lists', name.replace(/^etc\/lists\//, ''))
  return {
    list: (folder) => {
      const own = isWhole && folder.startsWith('ruleset/') ? [] : namesIn(path.resolve(home, folder))
      const given = folder.startsWith('ruleset/') ? namesIn(inRuleset(folder)) : []
      return [...new Set([...given, ...own])].sort()
    },
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
