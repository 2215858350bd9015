import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString, isAsciiText } from '../../event/byte-string.ts'
import type { Agent, DecodedEvent, DecoderView } from '../../event/decoded-event.ts'
import { documentBytes as out, membersFrom, written } from '../../event/document-bytes.ts'
import { dataText } from './data-text.ts'
import { jsonText } from './json-text.ts'
import { Piece } from './piece.ts'
import type { RuleHit, RuleText } from './rule-text.ts'
import { ByteSink, type Sink, TextSink } from './sink.ts'
import type { TimestampText } from './timestamp.ts'

const rfc3164 = /^[A-Z][a-z][a-z] [ 0-3]\d [0-2]\d:[0-5]\d:[0-5]\d ([^ ]+)/
const agentless = /^\(([^)]*)\) ([^@]*)@([^>]*)->/
/** Remembered; beyond this they are made anew. */
const mostOrigins = 4096

const closing = new Piece('"')
const point = new Piece('.')
const previousOpening = new Piece(',"previous_output":')
const opening = new Piece(',"full_log":')
const dataOpening = new Piece(',"data":')
const predecoderOpening = new Piece(',"predecoder":{')
const programKey = new Piece('"program_name":')
const timestampKey = new Piece('"timestamp":')
const laterTimestampKey = new Piece(',"timestamp":')
const hostKey = new Piece(',"hostname":')
const brace = new Piece('}')

export interface DocumentParts {
  readonly event: DecodedEvent
  /** Absent in archives of events without one. */
  readonly rule: RuleText | undefined
  readonly hit: RuleHit
  /** Both halves of the id. */
  readonly atSeconds: number
  readonly number: number
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
  readonly #origins: OriginTexts
  readonly #decoders = new DecoderTexts()
  readonly #bytes = new ByteSink()

  constructor(managerName: ByteString, timestamps: TimestampText) {
    this.#timestamps = timestamps
    this.#origins = new OriginTexts(managerName)
  }

  /** `agent.name` of the event's documents. */
  agentName(event: DecodedEvent): string | undefined {
    return this.#origins.of(event).agentName
  }

  /** Without the message. Valid Unicode: bytes that are not UTF-8 become U+FFFD. */
  renderBare(parts: DocumentParts): string {
    const sink = this.#bytes
    sink.start()
    this.#head(parts, sink)
    if (!sink.isFull && parts.event.fields.writeData?.('', -1) === true) {
      this.#writeBehind(parts, sink)
      if (!sink.isFull) return out.toString('utf8', 0, sink.at)
    }
    return fromByteString(this.#headText(parts) + this.#tailText(parts))
  }

  /** The document with `full_log`, and with the mark in its place. */
  renderBoth(parts: DocumentParts): WrittenDocument {
    const { event } = parts
    const sink = this.#bytes
    sink.start()
    this.#head(parts, sink)
    sink.piece(opening)
    const from = sink.at
    const message = event.forwardedText ?? event.raw.text
    if (!sink.isFull && event.fields.writeData?.(message, from) === true) {
      if (written.messageEnd > 0) sink.at = written.messageEnd
      else sink.json(message)
      const to = sink.at
      this.#writeBehind(parts, sink)
      if (!sink.isFull) return writtenDocument(from, to, sink.at)
    }
    return joined(this.#headText(parts) + opening.text, jsonText(message), this.#tailText(parts))
  }

  /** Puts what follows the message: the members are written already. */
  #writeBehind(parts: DocumentParts, sink: ByteSink): void {
    this.#behind(parts, sink)
    sink.piece(dataOpening)
    if (written.membersEnd > membersFrom) sink.members(written.membersEnd)
    else sink.at -= dataOpening.text.length
    sink.piece(this.#origins.of(parts.event).ending)
  }

  #headText(parts: DocumentParts): ByteString {
    const sink = new TextSink()
    this.#head(parts, sink)
    return sink.written
  }

  #tailText(parts: DocumentParts): ByteString {
    const sink = new TextSink()
    this.#behind(parts, sink)
    const data = dataText(parts.event)
    if (data !== undefined) sink.text(dataOpening.text + data)
    sink.piece(this.#origins.of(parts.event).ending)
    return sink.written
  }

  #head({ event, rule, hit, atSeconds, number, previous }: DocumentParts, sink: Sink): void {
    this.#timestamps.write(event.raw.receivedAtMs, sink)
    rule?.write(hit, sink)
    sink.piece(this.#origins.of(event).agent)
    sink.number(atSeconds)
    sink.piece(point)
    sink.number(number)
    sink.piece(closing)
    if (previous.length > 1 && previous[1] !== '') {
      sink.piece(previousOpening)
      sink.json(previous.join('\n'))
    }
  }

  #behind({ event, previousLog }: DocumentParts, sink: Sink): void {
    writePredecoder(event, sink)
    sink.piece(this.#decoders.of(event.decoder))
    if (previousLog !== undefined) sink.text(`,"previous_log":${jsonText(previousLog)}`)
  }
}

/** Of the short form. Quotes inside of strings are escaped: nothing before it looks like the mark. */
export function withoutMessage(short: string): string {
  const mark = `${opening.text}0`
  const at = short.indexOf(mark)
  return short.slice(0, at) + short.slice(at + mark.length)
}

/** What was put into `documentBytes`, with the message between `from` and `to`. */
function writtenDocument(from: number, to: number, end: number): WrittenDocument {
  const full = out.toString('utf8', 0, end)
  if (full.length === end) return { full, short: `${full.slice(0, from)}0${full.slice(to)}` }
  return { full, short: `${out.toString('utf8', 0, from)}0${out.toString('utf8', to, end)}` }
}

/** The slow way: from texts. */
function joined(head: ByteString, message: ByteString, tail: ByteString): WrittenDocument {
  const full = head + message + tail
  // Asking makes one text of the many pieces it was put together from, so the pieces can go; parts of it cost nothing then.
  if (isAsciiText(full))
    return { full, short: `${full.slice(0, head.length)}0${full.slice(head.length + message.length)}` }
  return { full: fromByteString(full), short: fromByteString(`${head}0${tail}`) }
}

interface OriginText {
  readonly agent: Piece
  readonly agentName: string | undefined
  readonly ending: Piece
  readonly of: Pick<DecodedEvent, 'agent' | 'location'>
}

/** What documents say of where an event is from. */
class OriginTexts {
  readonly #managerName: ByteString
  readonly #manager: ByteString
  readonly #known = new Map<ByteString, OriginText>()
  #latest: OriginText | undefined = undefined

  constructor(managerName: ByteString) {
    this.#managerName = managerName
    this.#manager = `,"manager":{"name":${jsonText(managerName)}},"id":"`
  }

  of(event: DecodedEvent): OriginText {
    if (isOf(this.#latest, event)) return this.#latest
    let found = this.#known.get(event.location)
    if (!isOf(found, event)) {
      if (this.#known.size >= mostOrigins) this.#known.clear()
      found = this.#make(event)
      this.#known.set(event.location, found)
    }
    this.#latest = found
    return found
  }

  #make({ agent, location }: DecodedEvent): OriginText {
    const fromAgentless = isAgentless(agent, location)
    const shown = shownLocation(location)
    const text = shown === undefined ? '' : `,"location":${jsonText(shown)}`
    const name = fromAgentless ? undefined : this.#agentName(agent, location)
    return {
      of: { agent, location },
      agentName: name === undefined ? undefined : fromByteString(name),
      agent: new Piece((fromAgentless ? '' : agentText(agent, location, name)) + this.#manager),
      ending: new Piece(`${text}${fromAgentless ? agentlessText(location) : ''}}`),
    }
  }

  #agentName(agent: Agent, location: ByteString): ByteString | undefined {
    if (agent.id === '000') return this.#managerName
    // A location that begins like that of an agent, but does not name one, gives an empty name.
    return agent.name ?? (location.startsWith('(') ? '' : undefined)
  }
}

function agentText(agent: Agent, location: ByteString, name: ByteString | undefined): ByteString {
  let text = `,"agent":{"id":${jsonText(agent.id)}`
  if (name !== undefined) text += `,"name":${jsonText(name)}`
  const ip = agent.ip ?? addressIn(location)
  if (ip !== undefined && ip !== '' && ip !== 'any') text += `,"ip":${jsonText(ip)}`
  return `${text}}`
}

function isOf(text: OriginText | undefined, { agent, location }: DecodedEvent): text is OriginText {
  return text !== undefined && text.of.agent === agent && text.of.location === location
}

function isAgentless(agent: Agent, location: ByteString): boolean {
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

function writePredecoder({ header, raw }: DecodedEvent, sink: Sink): void {
  const { programName, timestamp } = header
  if (programName === undefined && timestamp === undefined) return
  sink.piece(predecoderOpening)
  if (programName !== undefined) {
    sink.piece(programKey)
    sink.json(programName)
  }
  if (timestamp !== undefined) {
    sink.piece(programName === undefined ? timestampKey : laterTimestampKey)
    sink.json(timestamp)
    // A header that could hold a host always has a timestamp.
    const host = rfc3164.exec(raw.text)?.[1]
    if (host !== undefined) {
      sink.piece(hostKey)
      sink.json(host)
    }
  }
  sink.piece(brace)
}

/** What documents say of decoders. */
class DecoderTexts {
  readonly #known = new WeakMap<DecoderView, Piece>()
  #latest: DecoderView | undefined = undefined
  #latestText = new Piece(decoderText(undefined))
  readonly #none = this.#latestText

  of(decoder: DecoderView | undefined): Piece {
    if (decoder === undefined) return this.#none
    if (decoder === this.#latest) return this.#latestText
    let text = this.#known.get(decoder)
    if (text === undefined) {
      text = new Piece(decoderText(decoder))
      this.#known.set(decoder, text)
    }
    this.#latest = decoder
    this.#latestText = text
    return text
  }
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
