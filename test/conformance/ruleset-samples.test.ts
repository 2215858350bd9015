// Every rule of the built-in ruleset fires on its recorded sample and does not on its near miss (ruleset/README.md).
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { type LoadedEngine, loadEngine } from '../../src/load-engine.ts'
import { readMitreCatalogue } from '../../src/rules/mitre-catalogue.ts'
import { packageRoot } from '../../src/version.ts'

const folder = path.join(packageRoot, 'ruleset', 'rules')
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-samples-'))
const loaded = loadEngine({ home, hostName: 'manager' })

/** Of the last line: the id of the rule, 0 without one. */
function ruleOfLast(loaded: LoadedEngine, file: string): number {
  const { decoder, rules, memory } = loaded.newSession()
  let receivedAtMs = Date.parse('2026-11-22T12:00:00Z')
  let id = 0
  for (const line of readFileSync(file, 'utf8')
    .split('\n')
    .filter((text) => text !== '')) {
    receivedAtMs += 1000
    const raw = { id: String(receivedAtMs), source: 'samples', location: locationOf(line), receivedAtMs }
    const event = decoder.decode(new RawEvent({ ...raw, text: toByteString(line) }))
    id = event ? (rules.evaluate(event, memory).rule?.id ?? 0) : 0
  }
  return id
}

function locationOf(line: string): string {
  if (line.startsWith('{"integration": "docker"')) return 'Wazuh-Docker'
  return line.startsWith('{"integration": "quaywatch"') ? 'quaywatch' : 'k8s'
}

interface WrittenRule {
  readonly id: number
  readonly level: number
  readonly isParent: boolean
}

function rulesIn(texts: readonly string[], text: string): WrittenRule[] {
  const parents = new Set(
    texts.flatMap((file) =>
      [...file.matchAll(/<if_sid>([\d, ]+)</g)].flatMap(([, ids = '']) => ids.split(/[ ,]+/)),
    ),
  )
  return [...text.matchAll(/<rule id="(\d+)" level="(\d+)"([^>]*)>/g)].map(
    ([, id = '', level = '', attributes = '']) => ({
      id: Number(id),
      level: attributes.includes('noalert="1"') ? 0 : Number(level),
      isParent: parents.has(id),
    }),
  )
}

const files = readdirSync(folder).filter((name) => name.endsWith('.xml'))
const texts = files.map((name) => readFileSync(path.join(folder, name), 'utf8'))

describe('built-in ruleset', () => {
  after(() => rmSync(home, { recursive: true, force: true }))

  it('names only techniques that the catalogue of ATT&CK holds', () => {
    const { techniques } = readMitreCatalogue(readFileSync(path.join(folder, '..', 'mitre.json'), 'utf8'))
    const used = texts.flatMap((text) => [...text.matchAll(/<id>(T[\d.]+)<\/id>/g)].map(([, id = '']) => id))
    assert.ok(used.length > 100)
    assert.deepEqual(
      [...new Set(used)].filter((id) => !techniques.has(id)),
      [],
    )
  })

  it('tells the audit level and what to do for every Kubernetes rule that alerts', () => {
    for (const [at, name] of files.entries()) {
      const advice = path.join(folder, name.replace(/\.xml$/, '.advice.json'))
      if (!name.startsWith('401')) continue
      const known: Readonly<Record<string, { level: string; advice: string }>> = JSON.parse(
        readFileSync(advice, 'utf8'),
      )
      for (const { id, level } of rulesIn(texts, texts[at] ?? '')) {
        if (level === 0) continue
        assert.match(known[id]?.level ?? '', /^(?:Metadata|Request|RequestResponse)$/, `rule ${id}`)
        assert.ok((known[id]?.advice.length ?? 0) > 15, `rule ${id}`)
      }
    }
  })

  it('loads without a problem', () => assert.deepEqual(loaded.problems, []))

  for (const [at, name] of files.entries()) {
    const samples = path.join(folder, name.replace(/\.xml$/, '.samples'))
    // Roots only sort events by category.
    if (name.startsWith('0010-')) continue
    for (const { id, level, isParent } of rulesIn(texts, texts[at] ?? '')) {
      const fires = path.join(samples, `${id}-fires.jsonl`)
      const nearMiss = path.join(samples, `${id}-near-miss.jsonl`)
      if (level === 0 && isParent && !existsSync(fires)) continue
      it(`${name}: ${id} fires on its sample`, () =>
        assert.equal(ruleOfLast(loaded, fires), level === 0 ? 0 : id))
      it(`${name}: ${id} lets its near miss pass`, () => {
        const other = ruleOfLast(loaded, nearMiss)
        if (level === 0) assert.notEqual(other, 0)
        else assert.notEqual(other, id)
      })
    }
  }
})
