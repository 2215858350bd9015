import { lowerAscii } from '../event/field-key.ts'
import type { StaticName } from '../event/decoded-event.ts'
import type { OrderField } from './definition.ts'

/** Names in `<order>` that are static fields, in exactly this case (spec/decoders.md §6.6). */
const orderStatics: ReadonlyMap<string, StaticName> = new Map([
  ['srcip', 'srcip'],
  ['dstip', 'dstip'],
  ['srcport', 'srcport'],
  ['dstport', 'dstport'],
  ['srcuser', 'srcuser'],
  ['dstuser', 'dstuser'],
  ['user', 'dstuser'],
  ['protocol', 'protocol'],
  ['action', 'action'],
  ['id', 'id'],
  ['url', 'url'],
  ['data', 'data'],
  ['extra_data', 'extra_data'],
  ['status', 'status'],
  ['system_name', 'system_name'],
])

const ftsStatics: ReadonlySet<string> = new Set([
  'name',
  'location',
  'srcuser',
  'dstuser',
  'user',
  'srcip',
  'dstip',
  'id',
  'data',
  'extra_data',
  'system_name',
])

/** Items between commas, `\,` being a literal one; each from its first non-space to the next space. */
function splitList(content: string): string[] {
  const items = content.split(/(?<!\\),/)
  return items.map((item) =>
    item
      .replace(/\\,/g, ',')
      .replace(/^ +/, '')
      .replace(/ [^]*$/, ''),
  )
}

/** The fields of an `<order>`; `undefined` when one has no name. */
export function readOrder(content: string): readonly OrderField[] | undefined {
  const names = splitList(content)
  return names.includes('') ? undefined : names.map((name) => ({ name, fixed: orderStatics.get(name) }))
}

/**
 * The parts of a first-time-seen key. A dynamic name must stand in the order before it, and before any static name there; without
 * an order it has no effect. The text that is wrong otherwise.
 */
export function readFts(
  content: string,
  order: readonly OrderField[] | undefined,
): { readonly names: readonly string[] } | { readonly wrong: string } {
  const names: string[] = []
  const firstStatic = order?.findIndex(({ fixed }) => fixed !== undefined) ?? -1
  const reachable = firstStatic < 0 ? order : order?.slice(0, firstStatic)
  for (const name of splitList(content)) {
    if (name === '') return { wrong: 'an empty name' }
    if (ftsStatics.has(name)) names.push(name)
    else if (reachable?.some((field) => lowerAscii(field.name) === lowerAscii(name))) names.push(name)
    else if (order !== undefined) return { wrong: `${JSON.stringify(name)}, which the order does not give` }
  }
  return { names }
}
