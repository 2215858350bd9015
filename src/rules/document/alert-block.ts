import { fromByteString } from '../../event/byte-string.ts'
import type { ByteString } from '../../event/byte-string.ts'
import type { DecodedEvent, StaticName } from '../../event/decoded-event.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Static fields that have a line of their own, in order. */
const lines: readonly (readonly [string, StaticName])[] = [
  ['Src IP', 'srcip'],
  ['Src Port', 'srcport'],
  ['Dst IP', 'dstip'],
  ['Dst Port', 'dstport'],
  ['User', 'dstuser'],
]

export interface BlockParts {
  readonly id: string
  readonly event: DecodedEvent
  readonly rule: { readonly id: number; readonly level: number; readonly hasMail: boolean }
  readonly groupText: ByteString
  readonly description: ByteString
  readonly previous: readonly ByteString[]
  /** Minutes east of UTC. */
  readonly utcOffsetMinutes: number
}

/** The block of an alert in `alerts.log`, with the empty line behind it (spec/rules.md §6.5). */
export function alertBlock(parts: BlockParts): string {
  const { event, rule, previous } = parts
  const text = [
    `** Alert ${parts.id}:${rule.hasMail ? ' mail ' : ''} - ${parts.groupText}`,
    `${clockText(event.raw.receivedAtMs, parts.utcOffsetMinutes)} ${originText(event)}`,
    `Rule: ${rule.id} (level ${rule.level}) -> '${parts.description}'`,
    ...lines.flatMap(([label, name]) => {
      const value = event.fields.fixed(name)
      return value === undefined ? [] : [`${label}: ${value}`]
    }),
    event.forwardedText ?? event.raw.text,
    ...[...event.fields.entries()].flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`])),
    ...previous,
    '',
    '',
  ]
  return fromByteString(text.join('\n'))
}

function clockText(atMs: number, utcOffsetMinutes: number): string {
  const local = new Date(atMs + utcOffsetMinutes * 60_000)
  const date = `${local.getUTCFullYear()} ${months[local.getUTCMonth()]} ${String(local.getUTCDate()).padStart(2, '0')}`
  return `${date} ${local.toISOString().slice(11, 19)}`
}

/** Locations of agents name the host themselves. */
function originText({ hostname, location }: DecodedEvent): string {
  return location.startsWith('(') ? location : `${hostname}->${location}`
}
