import type { Hit, TopHit } from '../store.ts'
import { documentPath } from './field.ts'
import { Subject } from './subject.ts'

export const mostTopHits = 10

/** Enough for a line in a list. */
export const summaryFields: readonly string[] = [
  'timestamp',
  'rule.id',
  'rule.level',
  'rule.description',
  'agent.name',
  'location',
]

export function topHit(hit: Hit, fields: readonly string[] = summaryFields): TopHit {
  const { position, eventId, receivedAtMs, document } = hit
  const subject = new Subject(document)
  const values = fields.map((name) => [name, subject.textsAt(documentPath(name))] as const)
  return { position, eventId, receivedAtMs, fields: Object.fromEntries(values) }
}
