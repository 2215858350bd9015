import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString } from '../../event/byte-string.ts'
import { fieldKey } from '../../event/field-key.ts'
import type { Entry } from '../store.ts'

export type ColumnType = 'text' | 'number' | 'list'

/** A column of its own for what every page asks, beside the document that holds everything. */
export interface Column {
  readonly name: string
  /** Path in the document, which is the name in queries. */
  readonly field: string
  readonly type: ColumnType
  /** The first format that has it; absent: 1. */
  readonly since?: number
  readonly of: (entry: Entry) => string | number | readonly string[] | undefined
}

function decoded(value: ByteString | undefined): string | undefined {
  return value === undefined ? undefined : fromByteString(value)
}

/** Somebody may also be called `[x]`. */
function listIn(value: ByteString): readonly unknown[] | undefined {
  if (!value.startsWith('[')) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function dynamic(name: string, field: string, since = 1): Column {
  const key = fieldKey(field)
  return {
    name,
    field: `data.${field}`,
    type: 'text',
    since,
    of: ({ event }) => {
      const value = event.fields.dynamic(key)
      // The document leaves out empty fields and turns arrays into real ones.
      return value === undefined || value === '' || listIn(value) ? undefined : decoded(value)
    },
  }
}

/**
 * Order is that of the commit log and of the table; a new one comes last and with a new format number (`disk/format.ts`). Tactics and techniques, which hardly
 * differ for a rule, take a few bits an event.
 */
export const columns: readonly Column[] = [
  { name: 'rule_id', field: 'rule.id', type: 'number', of: ({ rule }) => rule?.id },
  { name: 'rule_level', field: 'rule.level', type: 'number', of: ({ rule }) => rule?.level },
  {
    name: 'rule_description',
    field: 'rule.description',
    type: 'text',
    of: ({ rule }) => rule?.description,
  },
  { name: 'rule_groups', field: 'rule.groups', type: 'list', of: ({ rule }) => rule?.groups },
  { name: 'mitre_ids', field: 'rule.mitre.id', type: 'list', of: ({ rule }) => rule?.mitreIds },
  { name: 'agent_id', field: 'agent.id', type: 'text', of: ({ event }) => event.agent.id },
  {
    name: 'agent_name',
    field: 'agent.name',
    type: 'text',
    of: ({ event, agentName }) => agentName ?? event.agent.name,
  },
  { name: 'decoder_name', field: 'decoder.name', type: 'text', of: ({ event }) => event.decoder?.name },
  dynamic('integration', 'integration'),
  dynamic('docker_type', 'docker.Type'),
  dynamic('docker_action', 'docker.Action'),
  dynamic('docker_actor_id', 'docker.Actor.ID'),
  dynamic('docker_name', 'docker.Actor.Attributes.name'),
  dynamic('docker_image', 'docker.Actor.Attributes.image'),
  dynamic('kube_verb', 'verb'),
  dynamic('kube_stage', 'stage'),
  dynamic('kube_user', 'user.username'),
  dynamic('kube_resource', 'objectRef.resource'),
  dynamic('kube_subresource', 'objectRef.subresource'),
  dynamic('kube_namespace', 'objectRef.namespace'),
  dynamic('kube_name', 'objectRef.name'),
  dynamic('kube_code', 'responseStatus.code'),
  dynamic('kube_outcome', 'kube.outcome'),
  dynamic('kube_cluster', 'kube.cluster'),
  dynamic('kube_actor_kind', 'kube.actor.kind'),
  dynamic('user_agent', 'userAgent', 2),
  {
    name: 'mitre_tactics',
    field: 'rule.mitre.tactic',
    type: 'list',
    since: 2,
    of: ({ rule }) => rule?.mitreTactics,
  },
  {
    name: 'mitre_techniques',
    field: 'rule.mitre.technique',
    type: 'list',
    since: 2,
    of: ({ rule }) => rule?.mitreTechniques,
  },
]

const byField: ReadonlyMap<string, Column> = new Map(columns.map((column) => [column.field, column]))

/** The column of a field in records of a format. */
export function columnOf(field: string, format: number): Column | undefined {
  const column = byField.get(field)
  return column && (column.since ?? 1) <= format ? column : undefined
}
