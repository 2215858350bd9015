import type { Filter } from '../../../src/api/filters.ts'
import { parseFilter } from '../../../src/api/filters.ts'
import { change, filters, hrefOf } from './address.ts'

export function filterText({ kind, field, value }: Filter): string {
  const name = field.replaceAll('%', '%25').replaceAll(':', '%3A')
  if (kind === 'absent') return `!${name}`
  if (kind === 'present') return `?${name}`
  return `${kind === 'is-not' ? '-' : ''}${name}:${value}`
}

export function activeFilters(): readonly Filter[] {
  return filters.value.map(parseFilter).filter((one) => one !== undefined)
}

export function isActive(filter: Filter): boolean {
  return filters.value.includes(filterText(filter))
}

/** Adds the filter, or takes it away when it is there; its opposite goes. */
export function toggle(filter: Filter): void {
  const text = filterText(filter)
  const opposite = filterText({ ...filter, kind: filter.kind === 'is' ? 'is-not' : 'is' })
  const left = filters.value.filter((one) => one !== text && one !== opposite)
  change({
    f: left.length === filters.value.length || !isActive(filter) ? [...left, text] : left,
    event: undefined,
  })
}

/** To the events that have this value, the rest of the question kept. */
export function hrefWith(
  page: 'events' | 'docker' | 'kubernetes',
  filter: Filter,
  more: Record<string, string> = {},
): string {
  const text = filterText(filter)
  return hrefOf(page, { f: [...filters.value.filter((one) => one !== text), text], ...more })
}

export function clearFilters(): void {
  change({ f: undefined, q: undefined, event: undefined })
}
