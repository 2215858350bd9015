import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { parse } from 'yaml'

import { coverage, policyLines, seenIn } from './coverage.ts'

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

describe('policyLines()', () => {
  it('are rules of an audit policy, by API group; answers to token requests stay out of the log', () =>
    assert.deepEqual(
      parse(policyLines(['pods', 'serviceaccounts/token', 'clusterroles', 'pods', 'services']).join('\n')),
      [
        {
          level: 'Request',
          verbs: ['create'],
          resources: [{ group: '', resources: ['serviceaccounts/token'] }],
        },
        {
          level: 'RequestResponse',
          verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
          resources: [
            { group: 'rbac.authorization.k8s.io', resources: ['clusterroles'] },
            { group: '', resources: ['pods', 'services'] },
          ],
        },
      ],
    ))
})
