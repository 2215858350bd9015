import type { Query } from '../store/query/query.ts'

/**
 * What a click on a value adds to the query, in the URL as `f=`: `field:value` include, `-field:value` exclude, `!field` absent,
 * `?field` present. `:` and `%` inside a field name are percent-encoded. Values of the same field are alternatives.
 */
export interface Filter {
  readonly field: string
  readonly kind: 'is' | 'is-not' | 'absent' | 'present'
  readonly value: string
}

export function parseFilter(text: string): Filter | undefined {
  const [sign] = text
  const rest = sign === '-' || sign === '!' || sign === '?' ? text.slice(1) : text
  if (sign === '!' || sign === '?') {
    return rest === ''
      ? undefined
      : { field: decode(rest), kind: sign === '!' ? 'absent' : 'present', value: '' }
  }
  const colon = rest.indexOf(':')
  if (colon < 1) return undefined
  const kind = sign === '-' ? 'is-not' : 'is'
  return { field: decode(rest.slice(0, colon)), kind, value: rest.slice(colon + 1) }
}

function decode(field: string): string {
  return field.replaceAll(/%3a/gi, ':').replaceAll('%25', '%')
}

function match({ field, value, kind }: Filter): Query {
  return kind === 'absent' || kind === 'present'
    ? { kind: 'exists', field }
    : { kind: 'match', field, value, phrase: true }
}

/** The typed query narrowed by the filters; those of `except` are left out, so that a facet can show its other values. */
export function narrow(query: Query, filters: readonly Filter[], except?: string): Query {
  const used = filters.filter(({ field }) => field !== except)
  const parts: Query[] = query.kind === 'all' ? [] : [query]
  const included = new Map<string, Query[]>()
  for (const one of used.filter(({ kind }) => kind === 'is' || kind === 'absent')) {
    const alternatives = included.get(one.field) ?? []
    alternatives.push(one.kind === 'absent' ? { kind: 'not', part: match(one) } : match(one))
    included.set(one.field, alternatives)
  }
  for (const either of included.values()) {
    parts.push(either.length === 1 && either[0] ? either[0] : { kind: 'or', parts: either })
  }
  for (const one of used) {
    if (one.kind === 'is-not') parts.push({ kind: 'not', part: match(one) })
    if (one.kind === 'present') parts.push(match(one))
  }
  const [only] = parts
  if (!only) return { kind: 'all' }
  return parts.length === 1 ? only : { kind: 'and', parts }
}
