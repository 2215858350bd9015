/** Reading a parsed JSON value that nobody vouches for. */
export type Tree = Readonly<Record<string, unknown>>

const nothing: Tree = {}
const none: readonly unknown[] = []

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or an empty one. */
export function tree(value: unknown): Tree {
  return isTree(value) ? value : nothing
}

/** The list, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : none
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function texts(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string')
}

/** The object at the end of a path. */
export function at(value: unknown, ...path: readonly string[]): Tree {
  let found = tree(value)
  for (const step of path) found = tree(found[step])
  return found
}
