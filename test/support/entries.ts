import { toByteString } from '../../src/event/byte-string.ts'
import type { DecodedEvent, Fields } from '../../src/event/decoded-event.ts'
import type { FieldKey } from '../../src/event/field-key.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import type { Entry } from '../../src/store/store.ts'

export interface EntryParts {
  readonly id: string
  readonly atMs?: number
  readonly source?: string
  readonly location?: string
  /** The message; by default the JSON text of `data`. */
  readonly text?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** Present: a rule matched. */
  readonly rule?: {
    readonly id: number
    readonly level: number
    readonly groups?: readonly string[]
    readonly mitreIds?: readonly string[]
  }
  /** Default: a rule of level 3 or more. */
  readonly alert?: boolean
}

/** Leaves of a tree as a decoder finds them: names with dots, values as text. */
function leaves(value: unknown, name: string, found: [string, string][]): [string, string][] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value)) leaves(member, name ? `${name}.${key}` : key, found)
  } else found.push([name, Array.isArray(value) ? JSON.stringify(value) : String(value)])
  return found
}

function fieldsOf(data: Readonly<Record<string, unknown>>): Fields {
  const found = leaves(data, '', []).map(
    ([name, value]) => [toByteString(name), toByteString(value)] as const,
  )
  return {
    fixed: () => undefined,
    dynamic: ({ lower }: FieldKey) => found.find(([name]) => name.toLowerCase() === lower)?.[1],
    entries: () => found,
  }
}

/** The same tree with every leaf as text, as documents carry it. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value
  if (value === null || typeof value !== 'object') return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member)]))
}

/** An analysed event with the document the engine would print. */
export function entry(parts: EntryParts): Entry {
  const { id, atMs = 1_795_000_000_000, source = 'test', location = 'here', data = {} } = parts
  const text = parts.text ?? JSON.stringify(data)
  const raw = new RawEvent({
    id,
    source,
    location: toByteString(location),
    receivedAtMs: atMs,
    text: toByteString(text),
  })
  const event: DecodedEvent = {
    raw,
    log: raw.text,
    header: { timestamp: undefined, hostname: undefined, programName: undefined },
    agent: { id: '000', name: 'manager', ip: undefined },
    hostname: 'manager',
    location: raw.location,
    decoder: undefined,
    fields: fieldsOf(data),
  }
  const { rule } = parts
  const view = rule && {
    id: rule.id,
    level: rule.level,
    description: `rule ${rule.id}`,
    groups: rule.groups ?? [],
    mitreIds: rule.mitreIds ?? [],
  }
  const document = JSON.stringify({
    timestamp: new Date(atMs).toISOString().replace('Z', '+0000'),
    ...(view && {
      rule: {
        level: view.level,
        description: view.description,
        id: String(view.id),
        ...(view.mitreIds.length > 0 && { mitre: { id: view.mitreIds } }),
        mail: false,
        groups: view.groups,
      },
    }),
    agent: { id: '000', name: 'manager' },
    manager: { name: 'manager' },
    id: `${Math.floor(atMs / 1000)}.${id.length}`,
    full_log: text,
    decoder: {},
    ...(Object.keys(data).length > 0 && { data: asText(data) }),
    location,
  })
  const isAlert = view !== undefined && (parts.alert ?? view.level >= 3)
  const alertDocument = document.replace(/"id":"(\d+\.\d+)"/, '"id":"$1-alert"')
  return {
    event,
    document,
    rule: view,
    alert: view && isAlert ? { id: `alert-${id}`, event, rule: view, document: alertDocument } : undefined,
  }
}
