import type { RuleView } from '../../src/event/alert.ts'
import { fromByteString, toByteString } from '../../src/event/byte-string.ts'
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
    readonly mitreTactics?: readonly string[]
    readonly mitreTechniques?: readonly string[]
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
  const byName = new Map(found.toReversed().map(([name, value]) => [name.toLowerCase(), value]))
  return {
    fixed: () => undefined,
    dynamic: ({ lower }: FieldKey) => byName.get(lower),
    entries: () => found,
  }
}

/** The same tree with every leaf as text, as documents carry it. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value
  if (value === null || typeof value !== 'object') return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member)]))
}

function ruleOf({ rule }: EntryParts): RuleView | undefined {
  if (!rule) return undefined
  const { id, level, groups = [], mitreIds = [], mitreTactics = [], mitreTechniques = [] } = rule
  return { id, level, description: `rule ${id}`, groups, mitreIds, mitreTactics, mitreTechniques }
}

function mitreOf({ mitreIds, mitreTactics, mitreTechniques }: RuleView) {
  const mitre = { id: mitreIds, tactic: mitreTactics, technique: mitreTechniques }
  return Object.values(mitre).some((texts) => texts.length > 0) ? mitre : undefined
}

function documentOf(raw: RawEvent, rule: RuleView | undefined, parts: EntryParts): string {
  const { id, data = {} } = parts
  return JSON.stringify({
    timestamp: new Date(raw.receivedAtMs || 0).toISOString().replace('Z', '+0000'),
    rule: rule && {
      level: rule.level,
      description: rule.description,
      id: String(rule.id),
      mitre: mitreOf(rule),
      mail: false,
      groups: rule.groups,
    },
    agent: { id: '000', name: 'manager' },
    manager: { name: 'manager' },
    id: `${Math.floor(raw.receivedAtMs / 1000)}.${id.length}`,
    full_log: fromByteString(raw.text),
    decoder: {},
    data: Object.keys(data).length > 0 ? asText(data) : undefined,
    location: fromByteString(raw.location),
  })
}

/** An analysed event with documents of the shape the engine prints. */
export function entry(parts: EntryParts): Entry {
  const { id, atMs = 1_795_000_000_000, source = 'test', location = 'here', data = {} } = parts
  const text = toByteString(parts.text ?? JSON.stringify(data))
  const raw = new RawEvent({ id, source, location: toByteString(location), receivedAtMs: atMs, text })
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
  const rule = ruleOf(parts)
  const document = documentOf(raw, rule, parts)
  if (!rule || !(parts.alert ?? rule.level >= 3)) return { event, document, rule, alert: undefined }
  const alertDocument = document.replace(/"id":"(\d+\.\d+)"/, '"id":"$1-alert"')
  return { event, document, rule, alert: { id: `alert-${id}`, event, rule, document: alertDocument } }
}
