import type { Filter } from '../../../src/api/filters.ts'
import { parseFilter } from '../../../src/api/filters.ts'
import { change, filters, hrefOf, query } from './address.ts'

/** Longer ones would not fit an address: they are shown, and lead nowhere. */
export const longestValue = 1000

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
  if (filter.value.length > longestValue) return
  const text = filterText(filter)
  const opposite = filterText({ ...filter, kind: filter.kind === 'is' ? 'is-not' : 'is' })
  const left = filters.value.filter((one) => one !== text && one !== opposite)
  change({
    f: left.length === filters.value.length || !isActive(filter) ? [...left, text] : left,
    event: undefined,
  })
}

/** To the events that have this value, the rest of the question kept. */
export function hrefWith(filter: Filter, more: Record<string, string> = {}): string | undefined {
  if (filter.value.length > longestValue) return undefined
  const text = filterText(filter)
  return hrefOf('events', { f: [...filters.value.filter((one) => one !== text), text], ...more })
}

/** Two questions at once. */
export function both(asked: string, more: string): string {
  return asked === '' ? more : `(${asked}) and (${more})`
}

/** To the events that a panel counted: its question within that of the page. */
export function hrefWithin(
  ds: 'alerts' | 'events',
  q: string | undefined,
  f: readonly string[] = [],
): string {
  return hrefOf('events', {
    ds,
    q: (q === undefined ? query.value : both(query.value, q)) || undefined,
    f: [...new Set([...filters.value, ...f])],
  })
}

/** Docker's actions may carry a command or a state after a colon, `exec_start: sh`; a chart counts them by what comes before. */
const actionField = 'data.docker.Action'

/** To the events behind a number of a chart. `within`: all events with these filters, instead of what the address says. */
export function hrefOfValues(
  values: readonly (readonly [field: string, value: string])[],
  within?: readonly string[],
): string | undefined {
  if (values.some(([, value]) => value.length > longestValue)) return undefined
  const f = new Set(within ?? filters.value)
  let q = query.value
  for (const [field, value] of values) {
    if (field === actionField && /^\w+$/.test(value)) q = both(q, `${field}: ${value}*`)
    else f.add(filterText({ field, kind: 'is', value }))
  }
  return hrefOf('events', { f: [...f], q: q === '' ? undefined : q, ...(within ? { ds: 'events' } : {}) })
}

export function clearFilters(): void {
  change({ f: undefined, q: undefined, event: undefined })
}
