import type { XmlElement } from '../dialect/xml-element.ts'
import type { StaticName } from '../event/decoded-event.ts'
import { fieldKey } from '../event/field-key.ts'
import type { Compared } from './correlation.ts'
import type { LoadContext } from './load-context.ts'
import { type GeoipName, readGeoip } from './read-geoip.ts'

interface Modifier {
  readonly kind: 'same' | 'different'
  readonly value: StaticName | 'location' | 'field' | GeoipName
  /** The name must be written in lower case; another spelling is an unknown element. */
  readonly isStrict: boolean
}

/** Static values: element names of "same", element names of "different"; `!` in front marks the strict ones (spec/rules.md §3.6). */
const table: readonly (readonly [Modifier['value'], string, string])[] = [
  ['srcip', 'same_source_ip same_srcip', '!different_srcip !not_same_source_ip'],
  ['dstip', 'same_dstip', 'different_dstip'],
  ['srcport', 'same_src_port same_srcport', 'different_src_port different_srcport'],
  ['dstport', 'same_dst_port same_dstport', 'different_dst_port different_dstport'],
  ['srcuser', 'same_srcuser', 'different_srcuser'],
  ['dstuser', 'same_user', 'different_user not_same_user'],
  ['location', 'same_location', 'different_location'],
  ['id', '!same_id', '!different_id !not_same_id'],
  ['protocol', 'same_protocol', '!different_protocol'],
  ['action', 'same_action', '!different_action'],
  ['url', '!same_url', '!different_url'],
  ['data', '!same_data', '!different_data'],
  ['extra_data', '!same_extra_data', '!different_extra_data'],
  ['status', '!same_status', '!different_status'],
  ['system_name', '!same_system_name', '!different_system_name'],
  ['srcgeoip', '!same_srcgeoip', '!different_srcgeoip'],
  ['dstgeoip', '!same_dstgeoip', '!different_dstgeoip'],
  ['field', 'same_field', 'not_same_field different_field'],
]

const modifiers = new Map<string, Modifier>()
for (const [value, same, different] of table) {
  for (const [kind, names] of [
    ['same', same],
    ['different', different],
  ] as const) {
    for (const name of names.split(' '))
      modifiers.set(name.replace('!', ''), { kind, value, isStrict: name.startsWith('!') })
  }
}

function modifierOf(name: string): Modifier | undefined {
  const lower = name.toLowerCase()
  const found = modifiers.get(lower)
  return found?.isStrict && name !== lower ? undefined : found
}

export function isModifier(name: string): boolean {
  return modifierOf(name) !== undefined
}

export interface Modifiers {
  readonly same: readonly Compared[]
  readonly different: readonly Compared[]
  readonly needsDynamic: boolean
}

/** What the `same_*` and `different_*` elements of a rule compare. */
export function readModifiers(items: readonly XmlElement[], geoip: LoadContext['geoip']): Modifiers {
  const same: Compared[] = []
  const different: Compared[] = []
  let needsDynamic = false
  for (const item of items) {
    const modifier = modifierOf(item.name)
    if (!modifier) continue
    if (modifier.kind === 'same') same.push(comparedOf(modifier.value, item.content, geoip))
    else {
      different.push(comparedOf(modifier.value, item.content, geoip))
      needsDynamic ||= modifier.value === 'field'
    }
  }
  return { same, different, needsDynamic }
}

function comparedOf(value: Modifier['value'], content: string, geoip: LoadContext['geoip']): Compared {
  if (value === 'location') return { name: value, read: (event) => event.location }
  if (value === 'srcgeoip' || value === 'dstgeoip') return { name: value, read: readGeoip(value, geoip) }
  if (value === 'field') {
    const key = fieldKey(content)
    return { name: `field ${content}`, read: (event) => event.fields.dynamic(key) }
  }
  return { name: value, read: (event) => event.fields.fixed(value) }
}
