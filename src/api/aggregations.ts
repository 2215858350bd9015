import type { Aggregation } from '../store/store.ts'
import { mostTopHits } from '../store/query/top-hit.ts'
import { ApiProblem } from './problem-details.ts'

type Aggregations = Readonly<Record<string, Aggregation>>

export const field = { type: 'string', minLength: 1, maxLength: 256 } as const
export const size = { type: 'integer', minimum: 1, maximum: 1000 } as const

export const bucketSchema = {
  type: 'object',
  required: ['key', 'count'],
  properties: {
    key: { type: ['string', 'number'] },
    count: { type: 'integer' },
    maxLevel: { type: 'integer' },
    firstMs: { type: 'number' },
    lastMs: { type: 'number' },
    split: { type: 'object', additionalProperties: { type: 'integer' } },
  },
} as const

const topHitSchema = {
  type: 'object',
  required: ['position', 'eventId', 'receivedAtMs', 'fields'],
  properties: {
    position: { type: 'integer' },
    eventId: { type: 'string' },
    receivedAtMs: { type: 'number' },
    fields: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string' } },
      description: 'Values by field; none for a field the event does not have.',
    },
  },
} as const

export const resultSchema = {
  type: 'object',
  required: ['buckets'],
  properties: {
    buckets: { type: 'array', items: bucketSchema },
    other: { type: 'integer', description: 'Events in no bucket because of the size.' },
    value: { type: 'number' },
    hits: { type: 'array', items: topHitSchema, description: 'Of topHits.' },
    partial: { type: 'string', description: 'Why buckets are missing, when they are.' },
  },
} as const

export const aggregationSchema = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['terms', 'histogram', 'range', 'cardinality', 'extent', 'topHits'] },
    field,
    size,
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: 16,
      items: field,
      description: 'Of topHits: what to give of each event; left out, a summary.',
    },
    order: {
      type: 'string',
      enum: ['newest', 'level'],
      description: 'Of topHits: level gives the highest rule level first, then the newest.',
    },
    intervalMs: { type: 'integer', minimum: 1000 },
    times: { type: 'boolean', description: 'Of terms: when each began and ended.' },
    by: {
      anyOf: [
        { type: 'string', enum: ['level'] },
        {
          type: 'object',
          required: ['field', 'size'],
          additionalProperties: false,
          properties: { field, size },
        },
      ],
    },
    bounds: { type: 'array', minItems: 1, maxItems: 50, items: { type: 'number' } },
  },
} as const

const needs: Readonly<Record<Aggregation['kind'], readonly string[]>> = {
  terms: ['field', 'size'],
  histogram: ['intervalMs'],
  range: ['field', 'bounds'],
  cardinality: ['field'],
  extent: ['field'],
  topHits: ['size'],
}

const mostBuckets = 2000

/** Throws a problem for what the schema cannot say: what each kind needs and how much it may ask for. */
export function checkAggregations(aggregations: Aggregations, spanMs: number | undefined): void {
  for (const [name, aggregation] of Object.entries(aggregations)) {
    const missing = needs[aggregation.kind].find((key) => !(key in aggregation))
    if (missing) throw new ApiProblem(400, 'aggregation', `"${name}" (${aggregation.kind}) needs ${missing}.`)
    if (aggregation.kind === 'topHits' && aggregation.size > mostTopHits)
      throw new ApiProblem(400, 'aggregation', `"${name}" would have more than ${mostTopHits} hits.`)
    if (
      aggregation.kind === 'histogram' &&
      spanMs !== undefined &&
      spanMs / aggregation.intervalMs > mostBuckets
    ) {
      throw new ApiProblem(400, 'aggregation', `"${name}" would have more than ${mostBuckets} intervals.`)
    }
  }
}
