// Decoding and rules on one thread with the stock ruleset, as the recordings of the original engine were measured.
import { toByteString } from '../src/event/byte-string.ts'
import { RawEvent } from '../src/event/raw-event.ts'
import { loadEngine, type Engine } from '../src/load-engine.ts'
import { rulesetFilesOnDisk, type RulesetFiles } from '../src/ruleset-files.ts'
import { referenceLines, referencePath } from '../test/support/reference.ts'
import type { BenchCase } from './bench-case.ts'

/** What the published recipe for Kubernetes auditing adds: one rule for all audit events, two that test the text. */
const kubernetesRules = `<group name="k8s_audit,">
<rule id="110002" level="0"><decoded_as>json</decoded_as><field name="apiVersion">audit</field>
<description>Kubernetes audit log.</description></rule>
<rule id="110003" level="5"><if_sid>110002</if_sid>
<regex type="pcre2">requestURI\\":.+", \\"verb\\": \\"create</regex><description>Kubernetes request to create resource</description></rule>
<rule id="110004" level="5"><if_sid>110002</if_sid>
<regex type="pcre2">requestURI\\":.+", \\"verb\\": \\"delete</regex><description>Kubernetes request to delete resource</description></rule>
</group>`

function filesWithRecipe(): RulesetFiles {
  const stock = referencePath('wazuh-4.14.3', 'ruleset')
  if (stock === undefined) throw new Error('the stock ruleset is not here: set QUAYWATCH_REFERENCE')
  const disk = rulesetFilesOnDisk('/nonexistent', stock)
  return {
    list: (folder) => (folder === 'etc/rules' ? ['local_rules.xml'] : disk.list(folder)),
    read: (name) => (name === 'etc/rules/local_rules.xml' ? kubernetesRules : disk.read(name)),
    lists: () => disk.lists(),
  }
}

const loaded = loadEngine({ home: '/nonexistent', files: filesWithRecipe(), hostName: 'manager' })
const header = /^(\w{3} [ \d]\d \d\d:\d\d:\d\d) (\S+) ([\w.-]+)\[(\d+)\]: (.*)$/

interface Input {
  readonly file: string
  readonly location: string
}

const inputs: readonly Input[] = [
  ...['docker_start.jsonl', 'docker_mix.jsonl'].map((file) => ({ file, location: 'Wazuh-Docker' })),
  ...['k8s_create.jsonl', 'k8s_mix.jsonl'].map((file) => ({ file, location: 'k8s' })),
  ...['sshd_mix.log', 'sshd_failed.log'].map((file) => ({ file, location: '/var/log/auth.log' })),
]

function engineCase({ file, location }: Input, withDocuments: boolean): BenchCase {
  const lines = referenceLines('data', 'bench', file).map(toByteString)
  const { decoder, rules, memory }: Engine = loaded.newSession()
  let atMs = Date.now()
  const evaluate = (text: string): number => {
    const raw = new RawEvent({ id: 'bench', source: 'bench', location, receivedAtMs: atMs, text })
    const event = decoder.decode(raw)
    const verdict = event && rules.evaluate(event, memory)
    return withDocuments ? (verdict?.alert?.document.length ?? 0) : 0
  }
  const isJson = file.endsWith('.jsonl')
  return {
    name: `${withDocuments ? 'rules + JSON' : 'rules'} ${file}`,
    baseline: isJson ? 'JSON.parse' : 'one regex',
    run() {
      for (const line of lines) evaluate(line)
      // Cycles follow each other at the pace at which events are evaluated.
      atMs = Math.max(atMs + 1, Date.now())
      return lines.length
    },
    runBaseline() {
      for (const line of lines) {
        if (isJson) JSON.parse(line)
        else header.exec(line)
      }
      return lines.length
    },
  }
}

export const cases: readonly BenchCase[] = inputs.flatMap((input) => [
  engineCase(input, false),
  engineCase(input, true),
])
