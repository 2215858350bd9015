import { RawEvent } from '../../event/raw-event.ts'
import { parseEngineEvent } from './engine-event.ts'
import { isObject, objectOf, textOf } from './json-object.ts'
import { changeOf, type ContainerChange } from './known-containers.ts'

/** An event on its way to the store: everything that could be waited for has come, or it goes without. */
export interface Outgoing {
  readonly raw: RawEvent
  /** `EngineAddress.key`; empty for what we say ourselves. */
  readonly engine: string
  readonly engineId: string
  /** Its time; that of the end of the gap for what tells of one. */
  readonly nano: bigint
  /** The position of its engine moves on when it is stored. */
  readonly advances: boolean
  /** It went without its facts, and rules may need them: it will come once more. */
  readonly isLate: boolean
  /** It tells of a gap of its engine, behind everything that was found about it. */
  readonly closesGap: boolean
  /** What it says of the state of a container. */
  readonly change: ContainerChange | undefined
}

const sourceName = 'docker-listener'

/** One line without its end. The text is JSON in ASCII, so it has neither tabs nor ends of lines. */
export function spoolLine({ raw, engine, engineId, nano, ...item }: Outgoing): string {
  const flags = `${item.advances ? 'a' : ''}${item.isLate ? 'l' : ''}${item.closesGap ? 'g' : ''}-`
  const where = [raw.location, engine, engineId].map(encodeURIComponent)
  return [raw.id, flags, ...where, nano, raw.receivedAtMs, raw.text].join('\t')
}

/** `undefined`: damaged. */
export function fromSpoolLine(line: string): Outgoing | undefined {
  const [id = '', flags = '', location, engine, engineId, nano = '', received, text = ''] = line.split('\t')
  if (id === '' || !/^\d{1,20}$/.test(nano) || !text.endsWith('}')) return undefined
  const names = [location, engine, engineId].map(decoded)
  const raw = { id, source: sourceName, location: names[0] ?? '', receivedAtMs: Number(received), text }
  return {
    raw: new RawEvent(raw),
    engine: names[1] ?? '',
    engineId: names[2] ?? '',
    nano: BigInt(nano),
    advances: flags.includes('a'),
    isLate: flags.includes('l'),
    closesGap: flags.includes('g'),
    change: changeIn(text),
  }
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return text ?? ''
  }
}

/** The line of the engine inside the text of an event, as `parseEngineEvent` reads it. */
export function engineLineOf(text: string): string {
  const begin = '{"integration": "docker", "docker": '
  return text.startsWith(begin) ? text.slice(begin.length, -1) : ''
}

function changeIn(text: string): ContainerChange | undefined {
  // Nearly all events of a full spool are probes: they need not be parsed. Inside of strings these quotes are escaped.
  const event = text.includes('"Action": "exec_') ? undefined : parseEngineEvent(engineLineOf(text))
  return event && changeOf(event)
}

/** An event that went without its facts, as the cursor keeps it until it comes again. */
export interface LateEvent {
  readonly id: string
  readonly engine: string
  readonly engineId: string
  readonly receivedAtMs: number
  /** Of the event as it went. */
  readonly text: string
}

export function lateEventOf({ raw, engine, engineId }: Outgoing): LateEvent {
  return { id: raw.id, engine, engineId, receivedAtMs: raw.receivedAtMs, text: raw.text }
}

/** One that a cursor kept; `undefined` when it is damaged. */
export function readLateEvent(value: unknown): LateEvent | undefined {
  if (!isObject(value)) return undefined
  const { receivedAtMs } = value
  const [id, engine, engineId, text] = ['id', 'engine', 'engineId', 'text'].map((key) =>
    textOf(objectOf(value)[key]),
  )
  if (id === undefined || engine === undefined || engineId === undefined || text === undefined)
    return undefined
  return typeof receivedAtMs === 'number' && id !== ''
    ? { id, engine, engineId, receivedAtMs, text }
    : undefined
}
