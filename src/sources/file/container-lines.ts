import { fromByteString, toByteString, type ByteString } from '../../event/byte-string.ts'
import {
  Gathered,
  lineRecord,
  type Assembler,
  type HeldBytes,
  type LogRecord,
  type Written,
} from './assembler.ts'
import type { Line } from './line.ts'

/** What a container engine wraps around what a container wrote. */
export interface Envelope {
  readonly text: ByteString
  readonly stream: 'stdout' | 'stderr'
  readonly time: string
  /** The container's line goes on in the next envelope of this stream. */
  readonly isPartial: boolean
}

const knownKeys = new Set(['log', 'stream', 'time', 'attrs'])

/** A line of Docker's json-file driver: `{"log":"…\n","stream":"stdout","time":"…"}`, with `attrs` when configured. */
export function parseJsonFile(line: ByteString): Envelope | undefined {
  if (!line.startsWith('{"log":"')) return undefined
  const found = parseObject(fromByteString(line))
  if (!found) return undefined
  const { log, stream, time } = found
  if (typeof log !== 'string' || typeof time !== 'string' || !isStream(stream)) return undefined
  if (!Object.keys(found).every((key) => knownKeys.has(key))) return undefined
  const isPartial = !log.endsWith('\n')
  const text = isPartial ? log : log.slice(0, log.endsWith('\r\n') ? -2 : -1)
  return { text: toByteString(text), stream, time, isPartial }
}

const cri = /^(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::[^ ]*)? /

/** A line of a Kubernetes container runtime: `2026-01-02T03:04:05.678901234Z stdout F text`; `P` goes on in the next line. */
export function parseCri(line: ByteString): Envelope | undefined {
  const [header, time, stream, tag] = cri.exec(line) ?? []
  if (header === undefined || time === undefined || !isStream(stream)) return undefined
  return { text: line.slice(header.length), stream, time, isPartial: tag === 'P' }
}

function isStream(stream: unknown): stream is 'stdout' | 'stderr' {
  return stream === 'stdout' || stream === 'stderr'
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? { ...found } : undefined
  } catch {
    return undefined // not JSON: the line is kept as it is
  }
}

interface Partial {
  readonly gathered: Gathered
  readonly written: Written
}

/** A line of which the rest has not come for this long is handed out as it is. */
const patienceMs = 5_000

/** Unwraps container lines and joins partial ones per stream; other lines go through. */
export class ContainerLines implements Assembler {
  readonly #parse: (line: ByteString) => Envelope | undefined
  readonly #held: HeldBytes
  readonly #partials = new Map<string, Partial>()

  constructor(parse: (line: ByteString) => Envelope | undefined, held: HeldBytes) {
    this.#parse = parse
    this.#held = held
  }

  get heldFrom(): number | undefined {
    let from: number | undefined
    for (const { gathered } of this.#partials.values())
      from = Math.min(from ?? Infinity, gathered.first.start)
    return from
  }

  push(line: Line, nowMs: number, into: LogRecord[]): void {
    const envelope = line.cutFrom === undefined ? this.#parse(line.text) : undefined
    if (!envelope) {
      into.push(lineRecord(line))
      return
    }
    const { stream, time, text, isPartial } = envelope
    const begun = this.#partials.get(stream)
    if (!begun && !isPartial) {
      into.push({ id: line.id, text, isCut: false, written: { stream, atMs: Date.parse(time) } })
      return
    }
    const partial = begun ?? {
      gathered: new Gathered(line, this.#held),
      written: { stream, atMs: Date.parse(time) },
    }
    partial.gathered.add(text, nowMs)
    this.#partials.set(stream, partial)
    if (!isPartial || partial.gathered.isFull) this.#release(stream, partial, into)
  }

  idle(nowMs: number, into: LogRecord[]): void {
    for (const [stream, partial] of this.#partials)
      if (nowMs - partial.gathered.atMs >= patienceMs) this.#release(stream, partial, into)
  }

  finish(into: LogRecord[]): void {
    for (const [stream, partial] of this.#partials) this.#release(stream, partial, into)
  }

  #release(stream: string, { gathered, written }: Partial, into: LogRecord[]): void {
    this.#partials.delete(stream)
    gathered.release(into, written)
  }
}
