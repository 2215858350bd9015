import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString, isAsciiText } from '../../event/byte-string.ts'
import type { DecodedEvent, DecoderView } from '../../event/decoded-event.ts'
import { documentBytes as out, membersFrom, written } from '../../event/document-bytes.ts'
import { dataText } from './data-text.ts'
import { jsonText } from './json-text.ts'
import type { TimestampText } from './timestamp.ts'

const rfc3164 = /^[A-Z][a-z][a-z] [ 0-3]\d [0-2]\d:[0-5]\d:[0-5]\d ([^ ]+)/
const opening = ',"full_log":'
const dataOpening = ',"data":'
/** A byte of the message becomes six at most. */
const longestEscape = 6
/** Quotes, names of keys. */
const spare = 64
const agentless = /^\(([^)]*)\) ([^@]*)@([^>]*)->/

export interface DocumentParts {
  readonly event: DecodedEvent
  /** The `rule` object; absent in archives of events without one. */
  readonly rule: string | undefined
  readonly id: string
  readonly previous: readonly ByteString[]
  readonly previousLog: ByteString | undefined
}

/** One document in two forms. */
export interface WrittenDocument {
  readonly full: string
  /** A 0 stands where the message stood: stores keep the message once, beside it. */
  readonly short: string
}

/** Writes documents of one installation (spec/rules.md §6.3): keys in emission order, no spaces, no line feed. */
export class DocumentWriter {
  readonly #timestamps: TimestampText
  readonly #manager: string
  readonly #managerName: ByteString

  constructor(managerName: ByteString, timestamps: TimestampText) {
    this.#timestamps = timestamps
    this.#managerName = managerName
    this.#manager = `,"manager":{"name":${jsonText(managerName)}}`
  }

  /** Without the message. Valid Unicode: bytes that are not UTF-8 become U+FFFD. */
  renderBare(parts: DocumentParts): string {
    const { event } = parts
    const head = this.#head(parts)
    const behind = behindMessage(parts)
    const end = endingOf(event)
    const size = head.length + behind.length + end.length + spare
    if (size <= membersFrom && event.fields.writeData?.('', -1) === true) {
      out.write(head, 0, head.length, 'latin1')
      return out.toString('utf8', 0, writeBehind(head.length, behind, end))
    }
    const data = dataText(event)
    return fromByteString(head + tailText(behind, data, end))
  }

  /** The document with `full_log`, and with the mark in its place. */
  renderBoth(parts: DocumentParts): WrittenDocument {
    const { event } = parts
    const head = this.#head(parts) + opening
    const message = event.forwardedText ?? event.raw.text
    const behind = behindMessage(parts)
    const end = endingOf(event)
    const size = head.length + message.length * longestEscape + behind.length + end.length + spare
    if (size <= membersFrom && event.fields.writeData?.(message, head.length) === true)
      return writtenDocument({ head, message, behind, end })
    const tail = tailText(behind, dataText(event), end)
    return joined(head, jsonText(message), tail)
  }

  #head({ event, rule, id, previous }: DocumentParts): ByteString {
    let document = `{"timestamp":"${this.#timestamps.render(event.raw.receivedAtMs)}"`
    if (rule !== undefined) document += `,"rule":${rule}`
    if (!isAgentless(event)) document += this.#agentText(event)
    document += `${this.#manager},"id":"${id}"`
    if (previous.length > 1 && previous[1] !== '')
      document += `,"previous_output":${jsonText(previous.join('\n'))}`
    return document
  }

  #agentText({ agent, location }: DecodedEvent): string {
    // A location that begins like that of an agent, but does not name one, gives an empty name.
    const own = agent.name ?? (location.startsWith('(') ? '' : undefined)
    const name = agent.id === '000' ? this.#managerName : own
    let text = `,"agent":{"id":${jsonText(agent.id)}`
    if (name !== undefined) text += `,"name":${jsonText(name)}`
    const ip = agent.ip ?? addressIn(location)
    if (ip !== undefined && ip !== '' && ip !== 'any') text += `,"ip":${jsonText(ip)}`
    return `${text}}`
  }
}

interface Texts {
  /** Up to the message. */
  readonly head: ByteString
  readonly message: ByteString
  /** Between message and data. */
  readonly behind: ByteString
  readonly end: ByteString
}

/** With what the fields have written already: bytes become one string at the end. */
function writtenDocument({ head, message, behind, end }: Texts): WrittenDocument {
  out.write(head, 0, head.length, 'latin1')
  const { messageEnd } = written
  const from = messageEnd > 0 ? messageEnd : head.length + out.write(jsonText(message), head.length, 'latin1')
  const at = writeBehind(from, behind, end)
  const full = out.toString('utf8', 0, at)
  if (full.length === at) return { full, short: `${full.slice(0, head.length)}0${full.slice(from)}` }
  return { full, short: `${out.toString('utf8', 0, head.length)}0${out.toString('utf8', from, at)}` }
}

/** Puts what follows the message at `from`; where that ends. */
function writeBehind(from: number, behind: ByteString, end: ByteString): number {
  let at = from + out.write(behind, from, behind.length, 'latin1')
  const { membersEnd } = written
  if (membersEnd > membersFrom) {
    at += out.write(dataOpening, at, dataOpening.length, 'latin1')
    out.copyWithin(at, membersFrom, membersEnd)
    at += membersEnd - membersFrom
  }
  return at + out.write(end, at, end.length, 'latin1')
}

function tailText(behind: ByteString, data: ByteString | undefined, end: ByteString): ByteString {
  return data === undefined ? behind + end : `${behind}${dataOpening}${data}${end}`
}

function joined(head: ByteString, message: ByteString, tail: ByteString): WrittenDocument {
  const full = head + message + tail
  // Asking makes one text of the many pieces it was put together from, so the pieces can go; parts of it cost nothing then.
  if (isAsciiText(full))
    return { full, short: `${full.slice(0, head.length)}0${full.slice(head.length + message.length)}` }
  return { full: fromByteString(full), short: fromByteString(`${head}0${tail}`) }
}

function behindMessage({ event, previousLog }: DocumentParts): ByteString {
  const text = predecoderText(event) + decoderText(event.decoder)
  return previousLog === undefined ? text : `${text},"previous_log":${jsonText(previousLog)}`
}

/** Behind the data. */
function endingOf(event: DecodedEvent): ByteString {
  const location = shownLocation(event.location)
  const shown = location === undefined ? '' : `,"location":${jsonText(location)}`
  return `${shown}${isAgentless(event) ? agentlessText(event.location) : ''}}`
}

function isAgentless({ agent, location }: DecodedEvent): boolean {
  return agent.id === '000' && location.startsWith('(') && agentless.test(location)
}

/** Between `) ` and the next dash of `(name) address->path`. */
function addressIn(location: ByteString): ByteString | undefined {
  const close = location.startsWith('(') ? location.indexOf(') ') : -1
  const dash = close === -1 ? -1 : location.indexOf('-', close)
  return dash === -1 ? undefined : location.slice(close + 2, dash)
}

/** Without the part that names the agent; nothing when that part has no end. */
export function shownLocation(location: ByteString): ByteString | undefined {
  if (!location.startsWith('(')) return location
  const arrow = location.indexOf('>')
  return arrow === -1 ? undefined : location.slice(arrow + 1)
}

function agentlessText(location: ByteString): string {
  const [, script = '', user = '', host = ''] = agentless.exec(location) ?? []
  return `,"agentless":{"script":${jsonText(script)},"user":${jsonText(user)},"host":${jsonText(host)}}`
}

function predecoderText({ header, raw }: DecodedEvent): string {
  const { programName, timestamp } = header
  // A header that could hold a host always has a timestamp.
  const host = timestamp === undefined ? undefined : rfc3164.exec(raw.text)?.[1]
  if (programName === undefined && timestamp === undefined) return ''
  const parts: string[] = []
  if (programName !== undefined) parts.push(`"program_name":${jsonText(programName)}`)
  if (timestamp !== undefined) parts.push(`"timestamp":${jsonText(timestamp)}`)
  if (host !== undefined) parts.push(`"hostname":${jsonText(host)}`)
  return `,"predecoder":{${parts.join(',')}}`
}

function decoderText(decoder: DecoderView | undefined): string {
  if (!decoder) return ',"decoder":{}'
  let text = ',"decoder":{'
  if (decoder.accumulates) text += '"accumulate":1,'
  if (decoder.parent !== undefined) text += `"parent":${jsonText(decoder.parent)},`
  text += `"name":${jsonText(decoder.name)}`
  if (decoder.ftsComment !== undefined) text += `,"ftscomment":${jsonText(decoder.ftsComment)}`
  return `${text}}`
}
