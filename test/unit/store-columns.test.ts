// What the store has a column for is asked of the event: it must be what the document says, which is what people see.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { Masker } from '../../src/mask/masker.ts'
import { analyse } from '../../src/pipeline/analyse.ts'
import { columns } from '../../src/store/disk/columns.ts'
import { Subject } from '../../src/store/query/subject.ts'
import type { Entry } from '../../src/store/store.ts'

const folder = path.join(import.meta.dirname, '..', '..', '..', 'test', 'data', 'dashboard')
const cases = [
  { location: 'Wazuh-Docker', file: 'docker-events.jsonl', agent: 'quay-1' },
  { location: 'k8s', file: 'kube-audit.jsonl', agent: 'quay-1' },
  { location: '[000] quay-1->/var/log/x', file: 'kube-audit.jsonl', agent: 'quay-1' },
  { location: '[007] (db 1) 10.9.8.7->Wazuh-Docker', file: 'docker-events.jsonl', agent: 'db 1' },
] as const

function entriesOf(file: string, location: string): readonly Entry[] {
  const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n')
  const events = lines.map(
    (text, index) =>
      new RawEvent({
        id: `${file}-${index}`,
        source: 'test',
        location: toByteString(location),
        receivedAtMs: 1_700_000_000_000 + index,
        text: toByteString(text),
      }),
  )
  const engine = loadEngine({ home: '/nonexistent', hostName: 'quay-1' }).newSession()
  return analyse(engine, events, () => assert.fail('an event was rejected'))
}

describe('columns of the store', () => {
  for (const { location, file, agent } of cases) {
    it(`say what documents say at their fields: ${file} from ${location}`, () => {
      const entries = entriesOf(file, location)
      assert.ok(entries.length > 100)
      const options = { defaults: true, patterns: [/nginx|kubectl/g], fields: [] }
      const masker = new Masker(options, { masked: () => undefined })
      const masked = entries.map((entry) => masker.mask(entry))
      assert.ok(masked.some(({ document }) => document.includes('[masked]')))
      for (const entry of entries)
        assert.deepEqual(new Subject(entry.document).textsAt('agent.name'), [agent])
      for (const entry of [...entries, ...masked]) {
        const subject = new Subject(entry.document)
        for (const { field, of } of columns) {
          const value = of(entry)
          const texts = [value === undefined ? [] : value].flat().map(String)
          assert.deepEqual(texts, subject.textsAt(field), field)
        }
      }
    })
  }
})
