import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { toByteString } from './event/byte-string.ts'
import { RawEvent } from './event/raw-event.ts'
import { loadEngine } from './load-engine.ts'
import { alertText } from './outputs/files/alert-text.ts'
import { textHelp } from './text-help.ts'
import { packageRoot } from './version.ts'

const loaded = loadEngine({ home: path.join(packageRoot, 'no-such-home'), hostName: 'host' })
const audit = readFileSync(path.join(packageRoot, 'test', 'data', 'kube-audit', 'events.jsonl'), 'utf8')
const lines = [
  ...audit.trim().split('\n'),
  '{"integration":"docker","docker":{"status":"create","id":"c0","from":"nginx","Type":"container","Action":"create","Actor":{"ID":"c0","Attributes":{"image":"nginx","name":"wëb"}},"scope":"local","time":1795000000,"timeNano":1795000000000000001}}',
  '{"integration":"quaywatch","quaywatch":{"kind":"source-ended","source":"x","reason":""}}',
]

const sorted = (text: string) => text.split('\n').sort()

describe('the block of alerts.log', () => {
  it('made of a stored document is the one that the engine makes of the event', () => {
    const { decoder, rules, memory } = loaded.newSession()
    const help = textHelp(() => rules)
    let compared = 0
    for (const [index, line] of lines.entries()) {
      const location = index % 2 === 0 ? 'k8s' : '[001] (web) 10.0.0.5->/var/log/audit.log'
      const raw = { id: String(index), source: 'test', location, receivedAtMs: 1_795_000_000_000 + index }
      const event = decoder.decode(new RawEvent({ ...raw, text: toByteString(line) }))
      const verdict = event && rules.evaluate(event, memory)
      if (!verdict?.alert) continue
      const expected = verdict.block(-new Date(raw.receivedAtMs).getTimezoneOffset())
      const document: Readonly<Record<string, unknown>> = JSON.parse(verdict.alert.document)
      const text = alertText(document, help, line)
      // Documents leave out a single earlier line, and how a text that is an array itself was written.
      if ('frequency' in Object(document['rule']) && !('previous_output' in document)) continue
      if (line.includes('":"[')) continue
      // Fields come in the order of the document, which keeps what belongs together.
      assert.deepEqual(sorted(text), sorted(expected ?? ''))
      assert.equal(text.split('\n', 4).join('\n'), expected?.split('\n', 4).join('\n'))
      compared++
    }
    assert.ok(compared > 50, `only ${compared} alerts`)
  })
})
