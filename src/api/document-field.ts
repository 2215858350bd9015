/** Fields that say whom an event is about, best first. */
export const entityFields = {
  container: ['data.docker.Actor.Attributes.name', 'data.docker.Actor.ID', 'data.docker.container.name'],
  pod: ['data.kube.object', 'data.objectRef.name'],
  user: ['data.user.username', 'data.srcuser', 'data.dstuser'],
  agent: ['agent.id'],
  source: ['location'],
} as const

/** The document as a tree; an empty one when it is not a JSON object. */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/**
 * The value at a dotted path. Keys may hold dots themselves (label names), so at every level the longest run of parts that is a key wins.
 * `undefined`: nothing there.
 */
export function fieldValue(tree: unknown, path: string): unknown {
  return walk(tree, path.split('.'))
}

function walk(tree: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return tree
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return undefined
  for (let length = parts.length; length > 0; length--) {
    const key = parts.slice(0, length).join('.')
    if (Object.hasOwn(tree, key)) {
      const found = walk(Reflect.get(tree, key), parts.slice(length))
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** As text for a cell; lists are joined, objects are JSON. */
export function fieldText(tree: unknown, path: string): string | undefined {
  const value = fieldValue(tree, path)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')) {
    return value.join(', ')
  }
  return JSON.stringify(value)
}
