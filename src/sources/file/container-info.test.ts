import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { fieldKey } from '../../event/field-key.ts'
import { containerOf, dockerConfigFacts } from './container-info.ts'

const id = 'ab'.repeat(32)
const uid = '0a1b2c3d-1111-2222-3333-444455556666'

const places = [
  [`/nowhere/containers/${id}/${id}-json.log`, 'docker:abababababab'],
  [`/nowhere/containers/${id}/${id}-json.log.1`, 'docker:abababababab'],
  [`/nowhere/containers/${id}/other-json.log`, undefined],
  [`/var/log/pods/shop_web-0_${uid}/nginx/0.log`, 'pod:shop/web-0/nginx'],
  [`/var/log/pods/shop_web-0_${uid}/nginx/3.log.20260102-030405`, 'pod:shop/web-0/nginx'],
  [`/var/log/containers/web-0_shop_nginx-${id}.log`, 'pod:shop/web-0/nginx'],
  [`/var/log/pods/shop_k8s-0_${uid}/nginx/0.log`, `pod:${uid}`],
  [`/var/log/containers/web-0_shop_my-wazuh-docker-${id}.log`, 'pod:abababababab'],
  ['/var/log/syslog', undefined],
] as const

describe('containerOf()', () => {
  for (const [file, location] of places)
    it(`${file} is at ${location ?? 'no container'}`, async () =>
      assert.equal((await containerOf(file))?.location, location))
})

describe('facts of a container', () => {
  it('are fields by name in any case, one set per stream', async () => {
    const found = await containerOf(`/var/log/pods/shop_web-0_${uid}/nginx/0.log`)
    assert.deepEqual(found?.facts.stderr.entries(), [
      ['container.runtime', 'cri'],
      ['container.name', 'nginx'],
      ['container.pod.name', 'web-0'],
      ['container.pod.namespace', 'shop'],
      ['container.pod.uid', uid],
      ['container.stream', 'stderr'],
    ])
    assert.equal(found?.facts.stdout.dynamic(fieldKey('Container.Pod.NAME')), 'web-0')
    assert.equal(found?.facts.stdout.dynamic(fieldKey('container.image')), undefined)
  })
})

describe('dockerConfigFacts()', () => {
  it('takes name, image and labels, with compose and pod names', () => {
    const labels = {
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'web',
      'io.kubernetes.pod.name': 'web-0',
      'io.kubernetes.pod.namespace': 'prod',
    }
    assert.deepEqual(
      dockerConfigFacts({
        Name: '/shop-web-1',
        Image: 'sha256:1',
        Config: { Image: 'nginx:1.29', Labels: labels },
      }),
      {
        name: 'shop-web-1',
        image: 'nginx:1.29',
        image_id: 'sha256:1',
        compose: { project: 'shop', service: 'web' },
        pod: { name: 'web-0', namespace: 'prod' },
        labels,
      },
    )
  })

  for (const config of [undefined, null, 7, [], {}, { Name: 7, Config: { Labels: [1], Image: {} } }])
    it(`${JSON.stringify(config)} says nothing`, () => assert.deepEqual(dockerConfigFacts(config), {}))

  it('bounds what it keeps of labels', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`label-${index}`, 'x'.repeat(1_000)]),
    )
    const { labels = {} } = dockerConfigFacts({ Config: { Labels: many } })
    assert.ok(JSON.stringify(labels).length < 4096)
    assert.ok(Object.keys(labels).length > 0)
  })
})
