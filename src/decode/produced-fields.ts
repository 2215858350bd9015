import type { Category } from '../event/decoded-event.ts'
import { lowerAscii } from '../event/field-key.ts'
import type { Root } from './decoder-tree.ts'
import type { Definition } from './definition.ts'

/** Names of fields, dynamic ones in lower case. `any`: whatever the text brings. */
export type Produced = ReadonlySet<string> | 'any'

/** What rules may ask of one name that `decoded_as` can test. */
export interface NamedDecoder {
  readonly categories: ReadonlySet<Category>
  readonly fields: Produced
}

/** By the names that events show (spec/decoders.md §6.7): a child without a name of its own is part of its root. */
export function producedFields(roots: readonly Root[]): ReadonlyMap<string, NamedDecoder> {
  const found = new Map<string, { categories: Set<Category>; fields: Set<string> | 'any' }>()
  const add = (name: string, category: Category, definitions: readonly Definition[]): void => {
    const known = found.get(name) ?? { categories: new Set(), fields: new Set() }
    known.categories.add(category)
    for (const definition of definitions) known.fields = joined(known.fields, definition)
    found.set(name, known)
  }
  for (const { definition, view, children } of roots) {
    const family = [definition, ...children.map((child) => child.definition)]
    add(view.name, definition.category, family)
    for (const child of children) add(child.view.name, child.definition.category, family)
  }
  return found
}

function joined(fields: Set<string> | 'any', { plugin, order }: Definition): Set<string> | 'any' {
  if (fields === 'any' || plugin) return 'any'
  for (const { name, fixed } of order) fields.add(fixed ?? lowerAscii(name))
  return fields
}
