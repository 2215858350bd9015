import { constants, type BigIntStats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'

import type { ByteString } from '../../event/byte-string.ts'
import type { RawEvent } from '../../event/raw-event.ts'
import type { FileTally } from '../../telemetry/file.ts'
import type { Assembler, LogRecord } from './assembler.ts'
import { savedText } from './cursor.ts'
import { LineReader, type Budget, type Position, type ReadBuffers, type ReadEnd } from './line-reader.ts'
import type { Line } from './line.ts'
import { onDisk } from './location.ts'
import { renderRecord, suppressedEvent, type Origin, type Rendering } from './renderer.ts'

/** What the system says of a file at one moment. */
export interface FileFacts {
  /** Device, inode and birth: no other file has the same, before or after. */
  readonly key: string
  readonly size: number
  readonly modifiedMs: number
  readonly links: number
  readonly isFile: boolean
}

function factsOf(stats: BigIntStats): FileFacts {
  const birthMs = stats.birthtimeNs / 1_000_000n
  return {
    key: `${stats.dev.toString(36)}.${stats.ino.toString(36)}.${birthMs.toString(36)}`,
    size: Number(stats.size),
    modifiedMs: Number(stats.mtimeMs),
    links: Number(stats.nlink),
    isFile: stats.isFile(),
  }
}

/** When a file of this key was made, milliseconds; 0 where the file system does not tell. */
export function birthOf(key: string): number {
  return Number.parseInt(key.slice(key.lastIndexOf('.') + 1), 36)
}

/** Throws what `stat` throws. */
export async function fileFacts(file: ByteString): Promise<FileFacts> {
  return factsOf(await stat(onDisk(file), { bigint: true }))
}

/** Never blocks, whatever the path has become in the meantime. Throws what `open` throws. */
export function openFile(file: ByteString): Promise<FileHandle> {
  return open(onDisk(file), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
}

export async function handleFacts(handle: FileHandle): Promise<FileFacts> {
  return factsOf(await handle.stat({ bigint: true }))
}

export interface FollowedParts {
  readonly key: string
  readonly origin: Origin
  readonly handle: FileHandle
  readonly buffers: ReadBuffers
  readonly rendering: Rendering
  readonly assembler: () => Assembler
}

export interface ReadResult {
  readonly events: RawEvent[]
  readonly budget: Budget
  readonly tally: FileTally
  readonly nowMs: number
}

/** One open file, from whichever path, and how far it was read. */
export class FollowedFile {
  readonly key: string
  readonly origin: Origin
  readonly reader: LineReader
  readonly handle: FileHandle
  /** Wall clock when no path led to it any more; `undefined` while one does. */
  detachedAtMs: number | undefined
  /** The one that had this path before: read to its end first. */
  predecessor: FollowedFile | undefined
  /** Last seen. */
  size = 0
  modifiedMs = 0
  readonly #rendering: Rendering
  readonly #makeAssembler: () => Assembler
  #assembler: Assembler
  #saved: { readonly position: Position; readonly text: string } | undefined

  constructor({ key, origin, handle, buffers, rendering, assembler }: FollowedParts) {
    this.key = key
    this.origin = origin
    this.handle = handle
    this.reader = new LineReader(handle, key, buffers)
    this.#rendering = rendering
    this.#makeAssembler = assembler
    this.#assembler = assembler()
  }

  /** Where reading would go on after a restart. */
  get durablePosition(): Position {
    return { offset: this.#assembler.heldFrom ?? this.reader.position, generation: this.reader.generation }
  }

  get holdsLines(): boolean {
    return this.#assembler.heldFrom !== undefined
  }

  get lagBytes(): number {
    return Math.max(0, this.size - this.reader.position)
  }

  /** Its part of the cursor. */
  savedText(): string {
    const position = this.durablePosition
    const { offset, generation } = position
    const last = this.#saved
    if (last?.position.offset === offset && last.position.generation === generation) return last.text
    const fingerprint = this.reader.fingerprint(offset)
    const text = savedText({ path: this.origin.path, key: this.key, generation, offset, fingerprint })
    this.#saved = { position, text }
    return text
  }

  /** Forgets what was read after this position. */
  async rewind(position: Position): Promise<void> {
    this.#assembler = this.#makeAssembler()
    await this.reader.seek(position)
  }

  async read(result: ReadResult): Promise<ReadEnd> {
    const lines: Line[] = []
    const before = { ...result.budget }
    const end = await this.reader.read(lines, result.budget)
    result.tally.lines += lines.length
    result.tally.bytes += before.bytes - result.budget.bytes
    const records: LogRecord[] = []
    for (const line of lines) this.#assembler.push(line, result.nowMs, records)
    if (end === 'end') this.#assembler.idle(result.nowMs, records)
    if (end === 'truncated') this.#assembler.finish(records)
    this.#render(records, result)
    return end
  }

  /** The file will not grow any more: its last line counts without newline. */
  async finish(result: ReadResult): Promise<void> {
    const lines: Line[] = []
    await this.reader.readRest(lines)
    result.tally.lines += lines.length
    const records: LogRecord[] = []
    for (const line of lines) this.#assembler.push(line, result.nowMs, records)
    this.#assembler.finish(records)
    this.#render(records, result)
    this.#tellSuppressed(this.origin.limit?.takeAllSuppressed() ?? 0, result)
  }

  /** Says what the rate limit left out, when it is time to. */
  tellSuppressed(result: ReadResult): void {
    this.#tellSuppressed(this.origin.limit?.takeSuppressed(result.nowMs) ?? 0, result)
  }

  #tellSuppressed(count: number, { events, nowMs }: ReadResult): void {
    if (count === 0) return
    const id = `file-${this.key}-${this.reader.generation}-${this.reader.position}-suppressed`
    events.push(suppressedEvent(id, count, { origin: this.origin, nowMs }))
  }

  #render(records: readonly LogRecord[], { events, nowMs, tally }: ReadResult): void {
    const at = { origin: this.origin, nowMs, tally }
    for (const record of records) {
      const event = renderRecord(record, this.#rendering, at)
      if (event) events.push(event)
    }
  }
}
