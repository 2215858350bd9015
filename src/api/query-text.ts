import type { Hit } from '../store/store.ts'
import { fieldValue, parseDocument } from './document-field.ts'
import type { Query, QueryError } from '../store/query/query.ts'

// Interim: bare words and `field: value`, joined by `and`, until the query language is here.
export function parseQuery(text: string): { readonly query: Query } | { readonly error: QueryError } {
  const words = [...text.matchAll(/(?:([^\s:"]+)\s*:\s*)?(?:"([^"]*)"|(\S+))/g)]
  const parts = words
    .filter(([all]) => all.toLowerCase() !== 'and')
    .map(([, field, phrase, word]): Query => ({
      kind: 'match',
      field,
      value: phrase ?? word ?? '',
      phrase: phrase !== undefined,
    }))
  const [only] = parts
  if (!only) return { query: { kind: 'all' } }
  return { query: parts.length === 1 ? only : { kind: 'and', parts } }
}

export function matcher(query: Query): (hit: Hit) => boolean {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'and': {
      const parts = query.parts.map(matcher)
      return (hit) => parts.every((part) => part(hit))
    }
    case 'or': {
      const parts = query.parts.map(matcher)
      return (hit) => parts.some((part) => part(hit))
    }
    case 'not': {
      const part = matcher(query.part)
      return (hit) => !part(hit)
    }
    case 'match': {
      const wanted = query.value.toLowerCase()
      const { field } = query
      if (field === undefined) return (hit) => hit.document.toLowerCase().includes(wanted)
      return (hit) => String(fieldValue(parseDocument(hit.document), field)).toLowerCase() === wanted
    }
    case 'exists':
      return (hit) => fieldValue(parseDocument(hit.document), query.field) !== undefined
    case 'range':
      break
  }
  return () => true
}
