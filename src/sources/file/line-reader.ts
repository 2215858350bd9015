import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

import { longestLineBytes, type Line } from './line.ts'

const chunkBytes = 128 * 1024
const headBytes = 1024
const tailBytes = 64
const newline = 0x0a

/** Shared by all files of a source, which reads one of them at a time. */
export class ReadBuffers {
  readonly chunk = Buffer.allocUnsafeSlow(chunkBytes + tailBytes)
  #long: Buffer | undefined

  /** Made when the first line longer than a chunk comes. */
  get long(): Buffer {
    this.#long ??= Buffer.allocUnsafeSlow(longestLineBytes + 1 + tailBytes)
    return this.#long
  }
}

/** What is left of one batch. */
export interface Budget {
  lines: number
  bytes: number
}

/** `more`: the budget ended first. `truncated`: what was read before is no longer in the file; `reset` and read again. */
export type ReadEnd = 'more' | 'end' | 'truncated'

export interface Position {
  readonly offset: number
  readonly generation: number
}

/**
 * Reads whole lines from one open file. A line without newline is left for later. That the file still is what was read
 * before is checked with every read: the bytes before the position must not have changed.
 */
export class LineReader {
  /** Start of the first line not yet handed out. */
  position: number
  generation: number
  /** Bytes after the position without newline, beyond the longest line. */
  #scanned = 0
  #head: Buffer = Buffer.alloc(0)
  #tail: Buffer = Buffer.alloc(0)
  #prefix: string | undefined
  readonly #handle: FileHandle
  readonly #key: string
  readonly #buffers: ReadBuffers

  /** `key`: device, inode and birth. Call `prepare` before the first read. */
  constructor(handle: FileHandle, key: string, buffers: ReadBuffers) {
    this.#handle = handle
    this.#key = key
    this.#buffers = buffers
    this.position = 0
    this.generation = 0
  }

  /** Goes to a line start. */
  async seek({ offset, generation }: Position): Promise<void> {
    this.generation = generation
    this.position = offset
    this.#scanned = 0
    this.#prefix = undefined
    this.#head = await this.#bytes(0, Math.min(offset, headBytes))
    const tailLength = Math.min(offset, tailBytes)
    this.#tail = await this.#bytes(offset - tailLength, tailLength)
  }

  /** The content changed under us: begins again at the start, with ids of their own. */
  reset(): void {
    this.generation += 1
    this.position = 0
    this.#scanned = 0
    this.#prefix = undefined
    this.#head = Buffer.alloc(0)
    this.#tail = Buffer.alloc(0)
  }

  /** Digest of the first bytes, at most those before `offset`: tells whether a file found again is the same. */
  fingerprint(offset: number): string {
    return digest(this.#head.subarray(0, offset))
  }

  /** Whether the file, as it is, can be one that was read up to `offset`. */
  async matches(offset: number, fingerprint: string): Promise<boolean> {
    if (offset === 0) return true
    const [last] = await this.#bytes(offset - 1, 1)
    if (last !== newline && last !== 0) return false
    return digest(await this.#bytes(0, Math.min(offset, headBytes))) === fingerprint
  }

  /** Start of the line that `offset` lies in, so that reading from the end of a file never begins inside a line. */
  async lineStart(offset: number): Promise<number> {
    const from = Math.max(0, offset - longestLineBytes)
    const before = await this.#bytes(from, offset - from)
    const at = before.lastIndexOf(newline)
    return at < 0 && from > 0 ? offset : from + at + 1
  }

  async read(into: Line[], budget: Budget): Promise<ReadEnd> {
    for (;;) {
      const isInLongLine = this.#scanned > 0
      const end = isInLongLine
        ? await this.#readBeyondLongest(into, budget)
        : await this.#readChunk(this.#buffers.chunk, into, budget)
      if (end) return end
      if (budget.lines <= 0 || budget.bytes <= 0) return 'more'
    }
  }

  /** What is left without newline; the file will not grow any more. */
  async readRest(into: Line[]): Promise<void> {
    const bytes = await this.#bytes(this.position, longestLineBytes)
    const text = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
    if (text.length === 0 || text[0] === 0) return
    const { size } = await this.#handle.stat()
    this.#push(into, text, size - this.position > bytes.length ? size - this.position : undefined)
    this.position = size
  }

  async #readChunk(buffer: Buffer, into: Line[], budget: Budget): Promise<ReadEnd | undefined> {
    const tailLength = this.#tail.length
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.position - tailLength)
    if (bytesRead < tailLength || !this.#tail.equals(buffer.subarray(0, tailLength))) return 'truncated'
    const full = bytesRead === buffer.length
    const chunk = buffer.subarray(tailLength, bytesRead)
    this.#extendHead(chunk)
    const consumed = this.#takeLines(chunk, into, { budget, full })
    this.#rememberTail(buffer.subarray(0, tailLength + consumed))
    if (budget.lines <= 0 || budget.bytes <= 0) return 'more'
    if (!full) return 'end'
    if (consumed > 0) return undefined
    if (buffer !== this.#buffers.long) return this.#readChunk(this.#buffers.long, into, budget)
    this.#scanned = chunk.length
    return undefined
  }

  /** Lines of the chunk while the budget lasts; returns how many bytes they took. */
  #takeLines(
    chunk: Buffer,
    into: Line[],
    { budget, full }: { readonly budget: Budget; readonly full: boolean },
  ): number {
    let at = 0
    while (budget.lines > 0 && budget.bytes > 0) {
      if (chunk[at] === 0) at = this.#skipNul(chunk, at, full)
      const end = chunk.indexOf(newline, at)
      if (end < 0) break
      this.#push(into, chunk.subarray(at, end), undefined)
      this.position += end + 1 - at
      budget.lines -= 1
      budget.bytes -= end + 1 - at
      at = end + 1
    }
    return at
  }

  /** A hole, left by truncation under a writer that keeps its offset. At the end of the file text may still be written into it. */
  #skipNul(chunk: Buffer, from: number, full: boolean): number {
    let at = from
    while (at < chunk.length && chunk[at] === 0) at += 1
    if (at === chunk.length && !full) return from
    this.position += at - from
    return at
  }

  /** Looks for the end of a line that is too long, without keeping it. */
  async #readBeyondLongest(into: Line[], budget: Budget): Promise<ReadEnd | undefined> {
    const { chunk, long } = this.#buffers
    const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.position + this.#scanned)
    const found = chunk.subarray(0, bytesRead).indexOf(newline)
    budget.bytes -= found < 0 ? bytesRead : found + 1
    if (found < 0) {
      this.#scanned += bytesRead
      if (bytesRead < chunk.length) return (await this.#isIntact()) ? 'end' : 'truncated'
      return undefined
    }
    const length = this.#scanned + found
    const start = this.position - this.#tail.length
    await this.#handle.read(long, 0, longestLineBytes + this.#tail.length, start)
    if (!this.#tail.equals(long.subarray(0, this.#tail.length))) return 'truncated'
    this.#push(into, long.subarray(this.#tail.length, this.#tail.length + longestLineBytes), length)
    this.position += length + 1
    this.#scanned = 0
    this.#tail = await this.#bytes(this.position - tailBytes, tailBytes)
    budget.lines -= 1
    return undefined
  }

  async #isIntact(): Promise<boolean> {
    const { size } = await this.#handle.stat()
    if (size < this.position + this.#scanned) return false
    return this.#tail.equals(await this.#bytes(this.position - this.#tail.length, this.#tail.length))
  }

  #push(into: Line[], bytes: Buffer, cutFrom: number | undefined): void {
    const id = `${this.#idPrefix(this.position + bytes.length)}${this.position}`
    const text = bytes.toString('latin1')
    // The engine's texts end at a NUL: whatever follows one would be hidden from every rule.
    const visible = text.includes('\0') ? text.replaceAll('\0', ' ') : text
    into.push({ start: this.position, text: visible, id, cutFrom })
  }

  /** Depends on nothing but the file up to `end`, so that the same line read again has the same id. */
  #idPrefix(end: number): string {
    if (this.#prefix !== undefined) return this.#prefix
    const prefix = `file-${this.#key}-${this.generation}-${digest(this.#head.subarray(0, end))}-`
    if (this.position >= headBytes) this.#prefix = prefix
    return prefix
  }

  #extendHead(chunk: Buffer): void {
    if (this.position >= headBytes) return
    this.#head = Buffer.concat([
      this.#head.subarray(0, this.position),
      chunk.subarray(0, headBytes),
    ]).subarray(0, headBytes)
  }

  #rememberTail(read: Buffer): void {
    if (this.#tail.length < read.length)
      this.#tail = Buffer.from(read.subarray(Math.max(0, read.length - tailBytes)))
  }

  async #bytes(from: number, length: number): Promise<Buffer> {
    if (length <= 0) return Buffer.alloc(0)
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, from)
    return buffer.subarray(0, bytesRead)
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex').slice(0, 12)
}
