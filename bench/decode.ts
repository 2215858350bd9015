import { toByteString } from '../src/event/byte-string.ts'
import { fieldKey } from '../src/event/field-key.ts'
import { addJsonFields } from '../src/decode/json/json-decoder.ts'
import { EventFields } from '../src/decode/event-fields.ts'
import { referenceLines } from '../test/support/reference.ts'
import type { BenchCase } from './bench-case.ts'

const asked = [
  'integration',
  'docker.Type',
  'docker.Action',
  'docker.status',
  'docker.Actor.Attributes.name',
  'docker.Actor.Attributes.image',
  'docker.message',
  'apiVersion',
  'kind',
  'verb',
  'requestURI',
  'user.username',
  'objectRef.resource',
  'objectRef.namespace',
  'responseStatus.code',
].map(fieldKey)
// As many names as a large ruleset has.
for (let index = 0; index < 1000; index += 1) fieldKey(`other.name${index}.of.a.rule`)

const options = { nulls: 'string', arrays: 'array' } as const

function jsonCase(file: string, name: string, use: (fields: EventFields) => void): BenchCase {
  const lines = referenceLines('data', 'bench', file).map(toByteString)
  return {
    name: `${name} ${file}`,
    baseline: 'JSON.parse',
    run() {
      for (const line of lines) {
        const fields = new EventFields()
        addJsonFields(fields, line, 0, options)
        use(fields)
      }
      return lines.length
    },
    runBaseline() {
      for (const line of lines) JSON.parse(line)
      return lines.length
    },
  }
}

const files = ['docker_start.jsonl', 'docker_mix.jsonl', 'k8s_create.jsonl', 'k8s_mix.jsonl']

export const cases: readonly BenchCase[] = [
  ...files.map((file) => jsonCase(file, 'json scan', () => {})),
  ...files.map((file) =>
    jsonCase(file, 'json scan, 15 fields', (fields) => {
      for (const key of asked) fields.dynamic(key)
    }),
  ),
  ...files.map((file) => jsonCase(file, 'json scan, all fields', (fields) => [...fields.entries()])),
]
