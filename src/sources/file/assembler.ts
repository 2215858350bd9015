import { cutMark, longestLineBytes, type Line } from './line.ts'
import type { ByteString } from '../../event/byte-string.ts'

/** What one event is made of: one line or several joined. */
export interface LogRecord {
  readonly id: string
  readonly text: ByteString
  readonly isCut: boolean
  /** Set when the line was unwrapped from a container log. */
  readonly written?: Written
}

export interface Written {
  readonly stream: 'stdout' | 'stderr'
  /** When the container wrote it, milliseconds; NaN when unreadable. */
  readonly atMs: number
}

/** Lines of one file to records. Never throws on any line. */
export interface Assembler {
  push(line: Line, nowMs: number, into: LogRecord[]): void
  /** The end of the file was reached: hands out what has waited long enough. */
  idle(nowMs: number, into: LogRecord[]): void
  /** Nothing more will come: hands out everything. */
  finish(into: LogRecord[]): void
  /** Offset of the first line that is not in a record yet. */
  readonly heldFrom: number | undefined
}

/** Bytes that the assemblers of one source hold together, and the most they may. */
export class HeldBytes {
  bytes = 0
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }
}

export function lineRecord(line: Line): LogRecord {
  const isCut = line.cutFrom !== undefined
  return { id: line.id, text: isCut ? line.text + cutMark(line.cutFrom) : line.text, isCut }
}

export const singleLines: Assembler = {
  push: (line, _nowMs, into) => void into.push(lineRecord(line)),
  idle: () => {},
  finish: () => {},
  heldFrom: undefined,
}

/** Lines gathered for one record; longer than the longest line it is cut. */
export class Gathered {
  readonly first: Line
  count = 0
  /** Of the last line. */
  atMs = 0
  readonly #held: HeldBytes
  readonly #parts: ByteString[] = []
  #kept = 0
  #length = 0

  constructor(first: Line, held: HeldBytes) {
    this.first = first
    this.#held = held
  }

  add(text: ByteString, nowMs: number): this {
    const room = Math.max(0, longestLineBytes - this.#kept)
    const kept = text.length > room ? text.slice(0, room) : text
    if (kept.length > 0) this.#parts.push(kept)
    this.#kept += kept.length
    this.#held.bytes += kept.length
    this.#length += text.length
    this.count += 1
    this.atMs = nowMs
    return this
  }

  /** The source holds all it may: this must not grow any more. */
  get isFull(): boolean {
    return this.#held.bytes > this.#held.limit
  }

  get text(): ByteString {
    return this.#parts.join('')
  }

  /** Call once. */
  release(into: LogRecord[], written?: Written): void {
    this.#held.bytes -= this.#kept
    const isCut = this.#length > this.#kept
    const text = isCut ? this.text + cutMark(this.#length) : this.text
    into.push({ id: this.first.id, text, isCut, ...(written ? { written } : {}) })
  }
}
