import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString } from '../../event/byte-string.ts'
import type { DecodedEvent, DecoderView } from '../../event/decoded-event.ts'
import { dataText } from './data-text.ts'
import { jsonText } from './json-text.ts'
import type { TimestampText } from './timestamp.ts'

const rfc3164 = /^[A-Z][a-z][a-z] [ 0-3]\d [0-2]\d:[0-5]\d:[0-5]\d ([^ ]+)/
const agentless = /^\(([^)]*)\) ([^@]*)@([^>]*)->/

export interface DocumentParts {
  readonly event: DecodedEvent
  /** The `rule` object; absent in archives of events without one. */
  readonly rule: string | undefined
  readonly id: string
  readonly previous: readonly ByteString[]
  readonly previousLog: ByteString | undefined
  readonly hasFullLog: boolean
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
    return fromByteString(this.#bytes(parts))
  }

  #bytes({ event, rule, id, previous, previousLog, hasFullLog }: DocumentParts): ByteString {
    const { text, receivedAtMs } = event.raw
    const isAgentless = event.agent.id === '000' && agentless.test(event.location)
    let document = `{"timestamp":"${this.#timestamps.render(receivedAtMs)}"`
    if (rule !== undefined) document += `,"rule":${rule}`
    if (!isAgentless) document += this.#agentText(event)
    document += `${this.#manager},"id":"${id}"`
    if (previous.length > 1 && previous[1] !== '')
      document += `,"previous_output":${jsonText(previous.join('\n'))}`
    if (hasFullLog) document += `,"full_log":${jsonText(text)}`
    document += predecoderText(event) + decoderText(event.decoder)
    if (previousLog !== undefined) document += `,"previous_log":${jsonText(previousLog)}`
    const data = dataText(event)
    if (data !== undefined) document += `,"data":${data}`
    const location = shownLocation(event.location)
    if (location !== undefined) document += `,"location":${jsonText(location)}`
    return `${document}${isAgentless ? agentlessText(event.location) : ''}}`
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
