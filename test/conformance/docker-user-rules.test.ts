// Rules of users under the known parents win over the built-in detections, and the corrected sample rules do what they say.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { packageRoot } from '../../src/version.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-user-rules-'))
const rules = path.join(home, 'etc', 'rules')
mkdirSync(rules, { recursive: true })

const samples = path.join(packageRoot, 'ruleset', 'rules')
const privileged = readFileSync(
  path.join(samples, '88100-docker-detections.samples', '88101-fires.jsonl'),
  'utf8',
)
const ordinary = readFileSync(path.join(samples, '87900-docker.samples', '87901-fires.jsonl'), 'utf8')
const shell = readFileSync(path.join(samples, '87900-docker.samples', '87908-fires.jsonl'), 'utf8')

function ruleFor(line: string): number | undefined {
  const { problems, ...loaded } = loadAll()
  assert.deepEqual(problems, [])
  const { decoder, rules: set, memory } = loaded.session()
  const text = toByteString(line.trim())
  const raw = new RawEvent({ id: '1', source: 'test', location: 'Wazuh-Docker', receivedAtMs: 1, text })
  const event = decoder.decode(raw)
  return event && set.evaluate(event, memory).rule?.id
}

function loadAll() {
  const loaded = loadEngine({ home, hostName: 'manager' })
  return { problems: loaded.problems, session: () => loaded.newSession() }
}

describe('rules of users for Docker events', () => {
  after(() => rmSync(home, { recursive: true, force: true }))

  it('the corrected sample rules fire', () => {
    copyFileSync(
      path.join(packageRoot, 'examples', 'rules', 'docker-published.xml'),
      path.join(rules, 'local_rules.xml'),
    )
    assert.equal(ruleFor(privileged), 100300)
    assert.equal(ruleFor(shell), 100301)
    assert.equal(ruleFor(ordinary), 100302)
  })

  it('a rule of low level under a known parent wins over our detection of level 12', () => {
    const rule = `<rule id="100300" level="5"><if_sid>87901</if_sid><field name="docker.Actor.Attributes.Privileged">true</field><description>x</description></rule>`
    writeFileSync(path.join(rules, 'local_rules.xml'), `<group name="local,">${rule}</group>`)
    assert.equal(ruleFor(privileged), 100300)
    assert.equal(ruleFor(ordinary), 87901)
  })

  it('conditions on the fields that Docker 29 no longer sends still match', () => {
    const rule = `<rule id="100310" level="5"><if_sid>87900</if_sid><field name="docker.status">^create$</field><field name="docker.from">^shop</field><description>x</description></rule>`
    writeFileSync(path.join(rules, 'local_rules.xml'), `<group name="local,">${rule}</group>`)
    assert.equal(ruleFor(ordinary), 100310)
  })
})
