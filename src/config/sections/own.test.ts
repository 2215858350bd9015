import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseXml } from '../../dialect/xml.ts'
import { readSection } from '../option.ts'
import { dashboardOptions } from './own.ts'

function read(inner: string) {
  const [section] = parseXml(`<dashboard>${inner}</dashboard>`, 'ossec.conf').roots
  assert.ok(section)
  return readSection(section, dashboardOptions)
}

describe('<dashboard>', () => {
  const paths = [
    { path: '/', isRight: true },
    { path: '/quaywatch', isRight: true },
    { path: '/quaywatch/', isRight: true },
    { path: '/security/quay-1_watch~2.0/', isRight: true },
    { path: 'quaywatch', isRight: false },
    { path: '//quaywatch', isRight: false },
    { path: '/../etc', isRight: false },
    { path: '/a?b', isRight: false },
    { path: '/a b', isRight: false },
    { path: '/:name', isRight: false },
    { path: '/*', isRight: false },
  ] as const
  for (const { path, isRight } of paths) {
    it(`<base_path>${path}</base_path> is ${isRight ? 'taken' : 'refused'}`, () => {
      const { values, problems } = read(`<base_path>${path}</base_path>`)
      assert.equal(values.basePath, isRight ? path : '/')
      const message = `<base_path> of <dashboard> must be a path such as /quaywatch/ of letters, digits, . _ ~ and -, not "${path}"`
      assert.deepEqual(
        problems.map(({ severity, message }) => ({ severity, message })),
        isRight ? [] : [{ severity: 'fatal', message }],
      )
    })
  }

  const proxies = [
    { address: '10.0.0.2', isRight: true },
    { address: '10.0.0.0/24', isRight: true },
    { address: 'fd00::7', isRight: true },
    { address: 'fd00::/64', isRight: true },
    { address: '10.0.0.0/33', isRight: false },
    { address: '10.0.0.0/', isRight: false },
    { address: '10.0.0/24', isRight: false },
    { address: 'proxy.internal', isRight: false },
    { address: '10.0.0.0/8/8', isRight: false },
  ] as const
  for (const { address, isRight } of proxies) {
    it(`<trusted_proxy>${address}</trusted_proxy> is ${isRight ? 'taken' : 'refused'}`, () => {
      const { values, problems } = read(`<trusted_proxy>${address}</trusted_proxy>`)
      assert.deepEqual(values.trustedProxies, isRight ? [address] : [])
      assert.equal(problems.length, isRight ? 0 : 1)
    })
  }
})
