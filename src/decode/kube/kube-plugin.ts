import { type ByteString, fromByteString } from '../../event/byte-string.ts'
import type { RawEvent } from '../../event/raw-event.ts'
import { jsonDecoder } from '../plugins/json.ts'
import type { Plugin } from '../plugin.ts'
import { kubeFacts } from './kube-facts.ts'
import { KubeMemory } from './kube-memory.ts'
import { type Tree, isTree, text } from './tree.ts'

/** Logs of containers: what they print must not enter the memory of what API servers said. */
const containerLog = /(?:^|->)(?:docker|pod):/
const version = /^audit\.k8s\.io\/v1(?:(?:alpha|beta)1)?$/

function auditEvent(raw: RawEvent, log: ByteString, start: number): Tree | undefined {
  if (containerLog.test(raw.location)) return undefined
  let value = raw.tree
  if (value === undefined) {
    try {
      value = JSON.parse(fromByteString(log.slice(start)))
    } catch {
      return undefined
    }
  }
  return isTree(value) && value['kind'] === 'Event' && version.test(text(value['apiVersion']))
    ? value
    : undefined
}

const memories = new WeakMap<object, KubeMemory>()

/** What the audit events that a decoder decoded before said. */
export function remember(session: object, memory: KubeMemory): void {
  memories.set(session, memory)
}

/** What the audit events that a decoder decoded said. */
export function memoryOf(session: object): KubeMemory {
  let memory = memories.get(session)
  if (memory === undefined) {
    memory = new KubeMemory()
    memories.set(session, memory)
  }
  return memory
}

/**
 * JSON fields as always, before them what is derived from a Kubernetes audit event. Derived ones come first, so that an event that brings
 * fields of the same names does not hide them.
 */
export const kubeAuditDecoder: Plugin = {
  name: 'KubeAudit_Decoder',
  decode(input) {
    const { raw, log, start, session, fields } = input
    const event = auditEvent(raw, log, start)
    if (event !== undefined) fields.addPart(kubeFacts(event, memoryOf(session), raw.receivedAtMs), 0)
    jsonDecoder.decode(input)
  },
}
