import type { ByteString } from '../event/byte-string.ts'
import type { Agent } from '../event/decoded-event.ts'

/** `|` and `:` written so that a location ends at the first bare colon (spec/decoders.md §5.1). */
export function escapeLocation(location: ByteString): ByteString {
  return location.replace(/[|:]/g, '|$&')
}

function unescapeLocation(location: ByteString): ByteString {
  return location.replace(/\|([^])/g, '$1')
}

export interface QueueMessage {
  /** One byte: `1` local, `2` remote syslog, … */
  readonly queue: string
  readonly location: ByteString
  readonly text: ByteString
}

/** An unescaped location is not longer. */
const longestLocation = 8450
const shortestMessage = 4

/** `Q:location:text`; `undefined` when the message is to be rejected. */
export function readQueueMessage(message: ByteString): QueueMessage | undefined {
  if (message.length < shortestMessage || message[1] !== ':') return undefined
  let end = 2
  while (end < message.length && message[end] !== ':') end += message[end] === '|' ? 2 : 1
  if (end >= message.length) return undefined
  const location = unescapeLocation(message.slice(2, end))
  if (location.length > longestLocation) return undefined
  return { queue: message.slice(0, 1), location, text: message.slice(end + 1) }
}

export interface Origin {
  readonly agent: Agent
  /** As rules test it: `(name) ip->path` for agents. */
  readonly location: ByteString
  /** Of an agent's event; empty when its name cannot be told. `undefined` for events of the manager itself. */
  readonly hostname: ByteString | undefined
}

const manager: Agent = { id: '000', name: undefined, ip: undefined }

/** Who sent an event, by its location `[001] (name) ip->path`; `undefined` when the message is to be rejected. */
export function readOrigin(location: ByteString): Origin | undefined {
  if (!location.startsWith('[')) return { agent: manager, location, hostname: undefined }
  const bracket = location.indexOf(']')
  if (bracket < 0) return undefined
  const id = location.slice(1, bracket)
  const rest = location.slice(bracket + 2)
  const [, name = rest.startsWith('(') ? '' : undefined] = /^\(([^)]*)\)/.exec(rest) ?? []
  return { agent: { id, name, ip: ipOf(rest) }, location: rest, hostname: name ?? '' }
}

function ipOf(location: ByteString): ByteString | undefined {
  const ip = /^\([^)]*\) ([^-]*)-/.exec(location)?.[1]
  return ip === 'any' || ip === '' ? undefined : ip
}
