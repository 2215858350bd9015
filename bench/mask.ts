// What masking costs beside parsing the same lines: nearly every event holds no secret.
import { toByteString } from '../src/event/byte-string.ts'
import { RawEvent } from '../src/event/raw-event.ts'
import { loadEngine } from '../src/load-engine.ts'
import { Masker } from '../src/mask/masker.ts'
import { analyse } from '../src/pipeline/analyse.ts'
import { referenceLines } from '../test/support/reference.ts'
import type { BenchCase } from './bench-case.ts'

const loaded = loadEngine({ home: '/nonexistent', hostName: 'manager' })
const masker = new Masker({ defaults: true, patterns: [], fields: [] }, { masked: () => undefined })

function maskCase(name: string, location: string, lines: readonly string[]): BenchCase {
  const events = lines.map(
    (line, index) =>
      new RawEvent({
        id: `bench:${index}`,
        source: 'bench',
        location,
        receivedAtMs: Date.now(),
        text: toByteString(line),
      }),
  )
  const entries = analyse(loaded.newSession(), events, () => undefined)
  return {
    name: `mask ${name}`,
    baseline: name.endsWith('.log') ? 'one regex' : 'JSON.parse',
    run() {
      for (const entry of entries) masker.mask(entry)
      return entries.length
    },
    runBaseline() {
      for (const line of lines) {
        if (name.endsWith('.log'))
          /^(\w{3} [ \d]\d \d\d:\d\d:\d\d) (\S+) ([\w.-]+)\[(\d+)\]: (.*)$/.exec(line)
        else JSON.parse(line)
      }
      return lines.length
    },
  }
}

const secret =
  '{"kind":"Event","objectRef":{"resource":"secrets"},"requestObject":{"kind":"Secret","data":{"k":"dg=="}}}'

export const cases: readonly BenchCase[] = [
  maskCase('docker_mix.jsonl', 'Wazuh-Docker', referenceLines('data', 'bench', 'docker_mix.jsonl')),
  maskCase('k8s_mix.jsonl', 'k8s', referenceLines('data', 'bench', 'k8s_mix.jsonl')),
  maskCase('recorded audit events', 'k8s', referenceLines('data', 'kube-audit', 'events-policy-b.jsonl')),
  maskCase('sshd_mix.log', '/var/log/auth.log', referenceLines('data', 'bench', 'sshd_mix.log')),
  maskCase(
    'only secrets',
    'k8s',
    Array.from({ length: 500 }, () => secret),
  ),
]
