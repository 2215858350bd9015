import { mkdir, open, readdir, rm, stat, truncate, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

/** Where reading goes on: number of the file and offset in it. */
export interface SpoolPosition {
  readonly file: number
  readonly offset: number
}

export interface SpoolLimits {
  /** No more is written while there is that much. */
  readonly totalBytes: number
  /** A file that long is followed by another. */
  readonly fileBytes: number
}

interface Segment {
  readonly file: number
  bytes: number
}

const chunkBytes = 256 * 1024
const maxPeeked = 4096
const namePattern = /^spool-(\d{1,12})\.log$/

/**
 * Lines on disk, in files that are deleted when they have been read and released. What was written survives the end of this process; a line that
 * was cut short by it is taken out when the spool is opened again. Nothing is forced to the disk: when the machine stops, so does the engine.
 */
export class Spool {
  readonly #folder: string
  readonly #limits: SpoolLimits
  readonly #segments: Segment[]
  #next: number
  #reading: SpoolPosition
  #writer: FileHandle | undefined
  #reader: { readonly file: number; readonly handle: FileHandle } | undefined
  /** Reading, writing and deleting never overlap. */
  #turn: Promise<unknown> = Promise.resolve()
  /** Files whose rest cannot be read: somebody else changed them. */
  damaged = 0

  private constructor(folder: string, limits: SpoolLimits, segments: Segment[], from: SpoolPosition) {
    this.#folder = folder
    this.#limits = limits
    this.#segments = segments
    this.#next = Math.max(from.file, segments.at(-1)?.file ?? 0) + 1
    const first = segments[0]?.file ?? this.#next
    this.#reading = first === from.file ? from : { file: first, offset: 0 }
  }

  /** Goes on at `from`, the position that was stored last. Rejects when the folder cannot be used. */
  static async open(folder: string, limits: SpoolLimits, from: SpoolPosition | undefined): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const start = from ?? { file: 0, offset: 0 }
    const numbers = (await readdir(folder)).flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number)
    const segments: Segment[] = []
    for (const file of numbers.toSorted((left, right) => left - right)) {
      const name = nameOf(folder, file)
      const bytes = file < start.file ? 0 : await wholeLines(name)
      if (bytes <= (file === start.file ? start.offset : 0)) await rm(name, { force: true })
      else segments.push({ file, bytes })
    }
    return new Spool(folder, limits, segments, start)
  }

  /** Waiting to be read, and read but not released. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Nothing waits to be read. */
  get isEmpty(): boolean {
    const last = this.#segments.at(-1)
    return last === undefined || (last.file === this.#reading.file && last.bytes <= this.#reading.offset)
  }

  get isFull(): boolean {
    return this.bytes >= this.#limits.totalBytes
  }

  get hasRoom(): boolean {
    return this.bytes < this.#limits.totalBytes / 2
  }

  /** Rejects when nothing of it was written. The first `skipped` lines are not read in this process; only when nothing waits. */
  append(lines: readonly string[], skipped = 0): Promise<void> {
    return this.#inTurn(async () => {
      const wasEmpty = this.isEmpty
      const segment = await this.#append(Buffer.from(`${lines.join('\n')}\n`, 'latin1'))
      if (skipped === 0 || !wasEmpty) return
      this.#reading = { file: segment.file, offset: segment.bytes - lengthOf(lines.slice(skipped)) }
    })
  }

  /** The next lines, without their ends, and where reading goes on after them. */
  read(max: number): Promise<{ readonly lines: readonly string[]; readonly after: SpoolPosition }> {
    return this.#inTurn(async () => {
      const lines = await this.#read(max)
      return { lines, after: this.#reading }
    })
  }

  /** Everything that waits, without taking it. */
  async *peek(): AsyncGenerator<readonly string[]> {
    const from = this.#reading
    while (!this.isEmpty) yield (await this.read(maxPeeked)).lines
    this.#reading = from
  }

  /** Everything before `position` is stored elsewhere. */
  release(position: SpoolPosition): Promise<void> {
    return this.#inTurn(async () => {
      const isDrained =
        this.isEmpty && position.file === this.#reading.file && position.offset === this.#reading.offset
      const done = this.#segments.filter(({ file }) => isDrained || file < position.file)
      for (const segment of done) await this.#drop(segment)
    })
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#writer?.close()
      await this.#reader?.handle.close()
    })
  }

  async #append(bytes: Buffer): Promise<Segment> {
    const last = this.#segments.at(-1)
    const segment = last && this.#writer && last.bytes < this.#limits.fileBytes ? last : await this.#add()
    const writer = this.#writer
    if (!writer) throw new Error('the spool has no file to write to')
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await writer.write(bytes, done, bytes.length - done, segment.bytes + done)
        done += bytesWritten
      }
    } catch (error) {
      await writer.truncate(segment.bytes).catch(() => undefined)
      throw error
    }
    segment.bytes += bytes.length
    return segment
  }

  async #add(): Promise<Segment> {
    const writer = await open(nameOf(this.#folder, this.#next), 'w', 0o600)
    await this.#writer?.close()
    this.#writer = writer
    const segment = { file: this.#next, bytes: 0 }
    if (this.#segments.length === 0) this.#reading = { file: this.#next, offset: 0 }
    this.#segments.push(segment)
    this.#next += 1
    return segment
  }

  async #read(max: number): Promise<readonly string[]> {
    const at = this.#segments.findIndex(({ file }) => file === this.#reading.file)
    const segment = this.#segments[at]
    if (!segment) return []
    if (this.#reading.offset >= segment.bytes) {
      const next = this.#segments[at + 1]
      if (!next) return []
      this.#reading = { file: next.file, offset: 0 }
      return this.#read(max)
    }
    const text = await this.#textAt(segment, this.#reading.offset)
    if (text === undefined) {
      this.damaged += 1
      this.#reading = { file: segment.file, offset: segment.bytes }
      return []
    }
    const lines = text.split('\n').slice(0, -1).slice(0, max)
    this.#reading = { file: segment.file, offset: this.#reading.offset + lengthOf(lines) }
    return lines
  }

  /** At least one line with its end; `undefined` when there is none. */
  async #textAt(segment: Segment, offset: number): Promise<string | undefined> {
    if (this.#reader?.file !== segment.file) {
      await this.#reader?.handle.close()
      this.#reader = { file: segment.file, handle: await open(nameOf(this.#folder, segment.file), 'r') }
    }
    for (let size = chunkBytes; ; size *= 4) {
      const length = Math.min(size, segment.bytes - offset)
      const { buffer, bytesRead } = await this.#reader.handle.read(Buffer.alloc(length), 0, length, offset)
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
      if (end > 0) return buffer.toString('latin1', 0, end)
      if (length === segment.bytes - offset) return undefined
    }
  }

  /** The first of all. */
  async #drop(segment: Segment): Promise<void> {
    this.#segments.shift()
    if (this.#segments.length === 0) {
      await this.#writer?.close()
      this.#writer = undefined
    }
    await rm(nameOf(this.#folder, segment.file), { force: true })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0)
}

function nameOf(folder: string, file: number): string {
  return path.join(folder, `spool-${file}.log`)
}

/** Takes off a line that was cut short; resolves with the length of the rest. */
async function wholeLines(name: string): Promise<number> {
  const { size } = await stat(name)
  const handle = await open(name, 'r')
  let end = size
  try {
    for (let found = false; !found && end > 0;) {
      const length = Math.min(chunkBytes, end)
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, end - length)
      const newline = buffer.lastIndexOf(10)
      found = newline !== -1
      end = found ? end - length + newline + 1 : end - length
    }
  } finally {
    await handle.close()
  }
  if (end < size) await truncate(name, end)
  return end
}
