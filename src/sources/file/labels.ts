import type { ByteString } from '../../event/byte-string.ts'
import { JsonLeaf, type Members } from './json-members.ts'

export interface Label {
  readonly key: ByteString
  readonly value: ByteString
}

/** `<label key="cluster.name">` to nested objects; a later label never replaces an earlier one. */
export function labelMembers(labels: readonly Label[]): Members {
  const root: Draft = new Map()
  for (const { key, value } of labels) {
    const names = key.split('.')
    const last = names.pop() ?? key
    const parent = names.reduce<Draft | undefined>((into, name) => into && enter(into, name), root)
    if (parent && !parent.has(last)) parent.set(last, new JsonLeaf(valueText(value)))
  }
  return membersOf(root)
}

type Draft = Map<string, JsonLeaf | Draft>

function enter(into: Draft, name: string): Draft | undefined {
  const found = into.get(name)
  if (found instanceof JsonLeaf) return undefined
  const inner: Draft = found ?? new Map<string, JsonLeaf | Draft>()
  into.set(name, inner)
  return inner
}

function membersOf(draft: Draft): Members {
  return Object.fromEntries(
    [...draft].map(([name, value]) => [name, value instanceof JsonLeaf ? value : membersOf(value)]),
  )
}

/** A complete JSON array stays one, anything else is text. */
function valueText(value: ByteString): ByteString {
  try {
    const found: unknown = JSON.parse(value)
    if (Array.isArray(found)) return value
  } catch {
    // text that is not JSON is the ordinary case
  }
  return JSON.stringify(value)
}
