import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString, isAsciiText } from '../../event/byte-string.ts'
import type { DecodedEvent, DecoderView } from '../../event/decoded-event.ts'
import { dataText } from './data-text.ts'
import { jsonText } from './json-text.ts'
import type { TimestampText } from './timestamp.ts'

const rfc3164 = /^[A-Z][a-z][a-z] [ 0-3]\d [0-2]\d:[0-5]\d:[0-5]\d ([^ ]+)/
const opening = ',"full_log":'
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

  /** Valid Unicode: bytes that are not UTF-8 become U+FFFD. */
  render(parts: DocumentParts): string {
    return fromByteString(this.#head(parts) + this.#tail(parts))
  }

  /** The document with `full_log`, and with the mark in its place. */
  renderBoth(parts: DocumentParts): WrittenDocument {
    const head = this.#head(parts)
    const tail = this.#tail(parts)
    const from = head.length + opening.length
    const message = jsonText(parts.event.forwardedText ?? parts.event.raw.text)
    const full = `${head}${opening}${message}${tail}`
    // Asking makes one text of the many pieces it was put together from, so the pieces can go; parts of it cost nothing then.
    if (isAsciiText(full))
      return { full, short: `${full.slice(0, from)}0${full.slice(from + message.length)}` }
    return { full: fromByteString(full), short: fromByteString(`${head}${opening}0${tail}`) }
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

  #tail({ event, previousLog }: DocumentParts): ByteString {
    let document = predecoderText(event) + decoderText(event.decoder)
    if (previousLog !== undefined) document += `,"previous_log":${jsonText(previousLog)}`
    const data = dataText(event)
    if (data !== undefined) document += `,"data":${data}`
    const location = shownLocation(event.location)
    if (location !== undefined) document += `,"location":${jsonText(location)}`
    return `${document}${isAgentless(event) ? agentlessText(event.location) : ''}}`
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
