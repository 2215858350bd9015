import type { Node } from './node.ts'
import { refuse } from './refusal.ts'

/** Bytes that every match of the node has; `undefined` when they differ. */
export function fixedLength(node: Node): number | undefined {
  switch (node.kind) {
    case 'set':
      return 1
    case 'sequence':
      return node.items.reduce<number | undefined>((sum, item) => {
        const length = fixedLength(item)
        return sum === undefined || length === undefined ? undefined : sum + length
      }, 0)
    case 'either': {
      const lengths = new Set(node.branches.map(fixedLength))
      const [only] = lengths
      return lengths.size === 1 ? only : undefined
    }
    case 'group':
    case 'atomic':
      return fixedLength(node.body)
    case 'look':
    case 'assert':
      return 0
    case 'repeat': {
      const length = fixedLength(node.body)
      return length === undefined || node.min !== node.max ? undefined : length * node.min
    }
    default:
      return undefined
  }
}

/** Each branch at the top of a look-behind has a length of its own. */
export function lookBehindBranches(body: Node): readonly { readonly node: Node; readonly length: number }[] {
  const branches = body.kind === 'either' ? body.branches : [body]
  return branches.map((node) => ({ node, length: fixedLength(node) ?? 0 }))
}

export function checkLookBehind(body: Node): void {
  const branches = body.kind === 'either' ? body.branches : [body]
  if (branches.some((node) => fixedLength(node) === undefined)) {
    refuse('a look-behind must have a fixed length')
  }
}
