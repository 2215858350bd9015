import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { coverage, seenIn } from './coverage.ts'

const document = (resource: string, level: string, more: object = {}) =>
  JSON.stringify({ data: { verb: 'create', level, kube: { resource, outcome: 'ok' }, ...more } })

const advice = {
  '1': { level: 'Metadata' },
  '2': { level: 'Request', resources: ['pods', 'deployments'] },
  '3': { level: 'RequestResponse', resources: ['clusterroles'] },
  '4': { level: 'Request', resources: ['ingresses'] },
} as const

describe('coverage()', () => {
  const seen = seenIn([
    document('pods', 'RequestResponse'),
    document('deployments', 'Metadata'),
    document('clusterroles', 'Metadata'),
    document('ingresses', 'Request', { verb: 'get' }),
    '{"data":{}}',
    '{}',
  ])
  it('a body of one of its resources is enough; changes without a body make a rule blind; no change says nothing', () =>
    assert.deepEqual(coverage(advice, seen), {
      blind: [{ rule: '3', resources: ['clusterroles'] }],
      unknown: ['4'],
      working: 2,
    }))
})
