import type { Hit } from '../store/store.ts'

/**
 * A hit as JSON text. The stored document goes in as it is: parsing it and writing it again would round 64-bit numbers and cost more
 * than the search. What is not JSON (it cannot be, but it came from outside once) becomes a string.
 */
export function hitJson(hit: Hit): string {
  const head = JSON.stringify({
    position: hit.position,
    eventId: hit.eventId,
    source: hit.source,
    receivedAtMs: hit.receivedAtMs,
  })
  return `${head.slice(0, -1)},"document":${documentJson(hit.document)}}`
}

export function documentJson(document: string): string {
  return document.startsWith('{') && document.endsWith('}') ? document : JSON.stringify(document)
}

export function hitsJson(hits: readonly Hit[]): string {
  return `[${hits.map(hitJson).join(',')}]`
}

/** JSON schema of `hitJson`. */
export const hitSchema = {
  type: 'object',
  required: ['position', 'eventId', 'source', 'receivedAtMs', 'document'],
  properties: {
    position: { type: 'integer', description: 'Order of arrival; grows.' },
    eventId: { type: 'string' },
    source: { type: 'string' },
    receivedAtMs: { type: 'number' },
    document: { type: 'object', additionalProperties: true, description: 'The alert or archive document.' },
  },
} as const
