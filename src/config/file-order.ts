import { compilePattern } from '../dialect/compile-pattern.ts'

export interface FolderSelection {
  /** As written in the configuration. */
  readonly path: string
  /** OSRegex tested on `path/file`; without one files that end in `.xml` are taken. */
  readonly pattern: string | undefined
}

export interface FileSelection {
  readonly includes: readonly string[]
  readonly folders: readonly FolderSelection[]
  /** Names or paths, equal to the letter. */
  readonly excludes: readonly string[]
}

/**
 * Which files are loaded and in which order (spec/rules.md §1.2): includes, then folders, everything sorted by file name in
 * byte order whatever the folder; equal names keep the order of discovery. `list` gives the names in a folder, in any order;
 * nothing when it does not exist.
 */
export function selectFiles(
  { includes, folders, excludes }: FileSelection,
  list: (folder: string) => readonly string[],
): string[] {
  const excluded = new Set(excludes)
  const chosen = new Set(includes)
  for (const folder of folders) {
    const accepts = acceptsPath(folder.pattern)
    for (const name of list(folder.path)) {
      const path = `${folder.path}/${name}`
      if (!excluded.has(path) && !excluded.has(name) && accepts(path)) chosen.add(path)
    }
  }
  return [...chosen].sort((left, right) => compareBytes(baseName(left), baseName(right)))
}

function acceptsPath(pattern: string | undefined): (path: string) => boolean {
  if (pattern === undefined) return (path) => /\.xml$/i.test(path)
  const compiled = compilePattern('osregex', pattern)
  return 'pattern' in compiled ? (path) => compiled.pattern.test(path) : () => false
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
