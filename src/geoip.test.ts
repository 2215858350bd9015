import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { mmdb } from '../test/support/mmdb.ts'
import { evaluateAll, R } from '../test/support/rule-session.ts'
import { globalOptions } from './config/sections/global.ts'
import { readSection } from './config/option.ts'
import { parseXml } from './dialect/xml.ts'
import { openGeoip } from './geoip.ts'
import { loadEngine } from './load-engine.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-geoip-'))
const file = path.join(home, 'etc', 'places.mmdb')
mkdirSync(path.join(home, 'etc', 'rules'), { recursive: true })
mkdirSync(path.join(home, 'etc', 'decoders'), { recursive: true })
writeFileSync(
  file,
  mmdb({
    '192.0.2.1': { country: { iso_code: 'US' }, subdivisions: [{ names: { en: 'California' } }] },
    '192.0.2.2': { registered_country: { iso_code: 'DE' } },
    '192.0.2.3': { city: { names: { en: 'Nowhere' } } },
    '192.0.2.4': { country: { iso_code: 'FR' }, subdivisions: [{ names: { en: 'Île-de-France' } }] },
  }),
)

const rules =
  '<rule id="1" level="0" noalert="1"><category>syslog</category><description>r</description></rule>' +
  `<rule id="100" level="3"><srcgeoip>^US</srcgeoip><description>from $(srcgeoip) to $(dstgeoip)</description></rule>` +
  R(101, 2, '<dstgeoip negate="yes">^FR</dstgeoip>') +
  R(102, 8, '<if_matched_sid>100</if_matched_sid><same_srcgeoip/><different_dstgeoip/>', 'frequency="2"')
writeFileSync(path.join(home, 'etc', 'rules', 'r.xml'), `<group name="t,">${rules}</group>`)
writeFileSync(
  path.join(home, 'etc', 'decoders', 'd.xml'),
  '<decoder name="json"><prematch>^{</prematch><plugin_decoder>JSON_Decoder</plugin_decoder></decoder><decoder name="p"><program_name>^p</program_name></decoder>',
)

function load(content: string) {
  const [section] = parseXml(`<global>${content}</global>`, 'ossec.conf').roots
  assert.ok(section)
  const { values } = readSection(section, globalOptions)
  return loadEngine({ home, rulesetFolder: home, global: values, hostName: 'manager' })
}

const sent = (srcip: string, dstip: string): string => JSON.stringify({ srcip, dstip })

describe('GeoIP', () => {
  after(() => rmSync(home, { recursive: true, force: true }))

  const cases = [
    ['192.0.2.1', 'US / California'],
    ['192.0.2.2', 'DE'],
    ['192.0.2.3', undefined],
    ['192.0.2.4', 'FR / \xc3\x8ele-de-France'],
    ['192.0.2.9', undefined],
    ['2001:db8::1', undefined],
    ['not an address', undefined],
  ] as const
  for (const [address, place] of cases)
    it(`${address} is ${place ?? 'nowhere'}`, () => {
      const geoip = openGeoip(file)
      assert.equal(geoip(address), place)
      assert.equal(geoip(address), place)
    })

  it('rules.md 3.2, 3.6, 3.9: rules test, compare and show places when there is a database', () => {
    const loaded = load('<geoipdb>etc/places.mmdb</geoipdb>')
    assert.deepEqual(loaded.problems, [])
    const [first, second, third, fourth] = evaluateAll(loaded, [
      sent('192.0.2.1', '192.0.2.4'),
      sent('192.0.2.1', '192.0.2.4'),
      sent('192.0.2.1', '192.0.2.2'),
      sent('192.0.2.9', '192.0.2.9'),
    ])
    assert.equal(first?.rule?.id, 100)
    assert.equal(first.rule.description, 'from US / California to FR / Île-de-France')
    assert.equal(second?.rule?.id, 100)
    assert.equal(third?.rule?.id, 102)
    assert.equal(fourth?.rule, undefined)
  })

  it('rules.md 3.2: without a database places are absent, and that is no problem', () => {
    const loaded = load('')
    assert.deepEqual(loaded.problems, [])
    assert.deepEqual(
      evaluateAll(loaded, [sent('192.0.2.1', '192.0.2.2')]).map(({ rule }) => rule?.id),
      [undefined],
    )
  })

  it('a file that is no database is a warning, and the rules load', () => {
    const [problem, ...others] = load('<geoipdb>etc/rules/r.xml</geoipdb>').problems
    assert.deepEqual(others, [])
    assert.equal(problem?.severity, 'warning')
    assert.equal(problem.code, 'geoip-database')
    assert.match(problem.message, /^opening the GeoIP database etc\/rules\/r\.xml: /)
  })
})
