import { longestValue, toggle } from './filter.ts'

/** For the element of a value. */
export function valueData(field: string, value: string): Readonly<Record<string, string>> {
  return value.length > longestValue ? {} : { 'data-field': field, 'data-value': value }
}

/** Includes or excludes the value that has the focus, wherever values are shown: their elements carry `data-field` and `data-value`. */
export function toggleFocused(isIncluded: boolean): void {
  const element = document.activeElement?.closest('[data-field]')
  if (!(element instanceof HTMLElement)) return
  const { field, value } = element.dataset
  if (field !== undefined && value !== undefined) toggle({ field, kind: isIncluded ? 'is' : 'is-not', value })
}
