import { toggle } from './filter.ts'

/** Includes or excludes the value that has the focus, wherever values are shown: their elements carry `data-field` and `data-value`. */
export function toggleFocused(isIncluded: boolean): void {
  const element = document.activeElement?.closest('[data-field]')
  if (!(element instanceof HTMLElement)) return
  const { field, value } = element.dataset
  if (field !== undefined && value !== undefined) toggle({ field, kind: isIncluded ? 'is' : 'is-not', value })
}
