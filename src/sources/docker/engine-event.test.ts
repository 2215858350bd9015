import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { containerFacts } from './container-facts.ts'
import { engineEventId, parseEngineEvent } from './engine-event.ts'
import { envelope, envelopeText } from './event-text.ts'

const id = '6bc098bef16407f6160f774d4e1906f48b3bb9b9557da7c7828fe5f8c51704ca'
const digest = 'sha256:5f4d196c00975cf9dd7e247145ff1a0c10d091cde84c568fbbbe8ed0b867deb4'
const times = '"scope":"local","time":1795309765,"timeNano":1795309765833271045}'
const spaced = '"scope": "local", "time": 1795309765, "timeNano": 1795309765833271045}}'
const container = `"Type":"container","Action":"create","Actor":{"ID":"${id}","Attributes":{"image":"shop/web:1.4","name":"web"}},${times}`
const containerText = `{"integration": "docker", "docker": {"status": "create", "id": "${id}", "from": "shop/web:1.4", "Type": "container", "Action": "create", "Actor": {"ID": "${id}", "Attributes": {"image": "shop/web:1.4", "name": "web"}}, ${spaced}`
const image = `"Type":"image","Action":"tag","Actor":{"ID":"${digest}","Attributes":{"name":"shop/web:latest"}},${times}`
const imageText = `{"integration": "docker", "docker": {"status": "tag", "id": "${digest}", "Type": "image", "Action": "tag", "Actor": {"ID": "${digest}", "Attributes": {"name": "shop/web:latest"}}, ${spaced}`
const volume = `"Type":"volume","Action":"create","Actor":{"ID":"v1","Attributes":{"driver":"local"}},${times}`
const volumeText = `{"integration": "docker", "docker": {"Type": "volume", "Action": "create", "Actor": {"ID": "v1", "Attributes": {"driver": "local"}}, ${spaced}`

// The first of each pair was recorded from Docker 20.10, the second is what API 1.52 (Docker 29) sends.
const shapes = [
  ['container, 20.10', `{"status":"create","id":"${id}","from":"shop/web:1.4",${container}`, containerText],
  ['container, 29', `{${container}`, containerText],
  ['image, 20.10', `{"status":"tag","id":"${digest}",${image}`, imageText],
  ['image, 29', `{${image}`, imageText],
  ['volume, 20.10', `{${volume}`, volumeText],
] as const

const plain = { enrichment: undefined, delay: undefined, reconciled: false } as const

function textOfLine(line: string): string {
  const event = parseEngineEvent(line)
  assert.ok(event)
  return envelopeText(envelope(event, plain), event.timeNano)
}

describe('parseEngineEvent()', () => {
  for (const [name, line, text] of shapes) {
    it(`brings ${name}, to the text that the field knows`, () => assert.equal(textOfLine(line), text))
  }

  it('keeps nanoseconds exact that a double cannot hold', () =>
    assert.equal(parseEngineEvent(`{${container}`)?.timeNano, 1_795_309_765_833_271_045n))

  it('does not take a label for the time', () => {
    const label = container.replace('"name"', '"x":"\\"timeNano\\":17","timeNano":"5","name"')
    assert.equal(parseEngineEvent(`{${label}`)?.timeNano, 1_795_309_765_833_271_045n)
  })

  it('counts seconds where an engine sends no nanoseconds', () =>
    assert.equal(
      parseEngineEvent('{"Type":"volume","Action":"create","Actor":{"ID":"v"},"time":17}')?.timeNano,
      17_000_000_000n,
    ))

  it('keeps control characters, HTML and escape sequences of names as data', () => {
    const hostile = container.replace('"web"', '"<b>\\u001b[31m\\u0000\\n\\u202e é"')
    assert.match(textOfLine(`{${hostile}`), /"name": "<b>\\u001b\[31m\\u0000\\n\\u202e \\u00e9"/)
  })

  for (const line of ['', 'null', '[]', '"x"', '{', '{}', '{"Type":"container"}', '\u0000'])
    it(`${JSON.stringify(line)} is no event`, () => assert.equal(parseEngineEvent(line), undefined))
})

describe('engineEventId()', () => {
  const event = parseEngineEvent(`{${container}`)
  assert.ok(event)
  const first = engineEventId('ENGINE', event)

  it('is the same for both shapes of one event', () => {
    const old = parseEngineEvent(`{"status":"create","id":"${id}","from":"shop/web:1.4",${container}`)
    assert.ok(old)
    assert.equal(engineEventId('ENGINE', old), first)
  })
  it('differs by engine', () => assert.notEqual(engineEventId('OTHER', event), first))
  it('differs by time', () =>
    assert.notEqual(engineEventId('ENGINE', { ...event, timeNano: event.timeNano + 1n }), first))
  it('differs by action', () =>
    assert.notEqual(engineEventId('ENGINE', { ...event, action: 'start' }), first))
})

describe('envelope()', () => {
  const event = parseEngineEvent(`{${container.replace('"name"', '"Privileged":"false","name"')}`)
  assert.ok(event)
  const facts = { ...containerFacts({}), name: 'web', fields: { privileged: true }, privileged: true }
  const enrichment = { container: facts, exec: undefined, healthcheck: false }

  it('lets no label hide that a container is privileged', () => {
    const text = envelopeText(envelope(event, { ...plain, enrichment }), event.timeNano)
    assert.match(text, /"Privileged": "true"/)
    assert.doesNotMatch(text, /"Privileged": "false"/)
  })
  it('marks what came late, and what no engine sent', () => {
    const { docker } = envelope(event, { ...plain, delay: 'late', reconciled: true })
    assert.equal(docker['enrichment'], 'late')
    assert.equal(docker['reconciled'], true)
  })
})
