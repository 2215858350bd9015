import { fromByteString, type ByteString } from '../../event/byte-string.ts'
import type { FileTelemetry } from '../../telemetry/file.ts'
import type { Assembler } from './assembler.ts'
import { containerOf } from './container-info.ts'
import type { SavedFile } from './cursor.ts'
import { FollowedFile, handleFacts, openFile, type FileFacts } from './followed-file.ts'
import { ReadBuffers, type Position } from './line-reader.ts'
import type { FileLocation } from './location.ts'
import { RateLimit } from './rate-limit.ts'
import type { Rendering } from './renderer.ts'

export interface FollowSettings {
  /** As written, for people. */
  readonly shown: string
  readonly location: FileLocation
  /** Files that are there when the source starts for the very first time are read from their beginning. */
  readonly fromBeginning: boolean
  /** More waiting than this is skipped. */
  readonly longestBacklogBytes: number | undefined
  /** Files not written for longer than this are left alone. */
  readonly oldestMs: number | undefined
  readonly ignoresBinaries: boolean
  /** Lines a second that one container may write; 0: no limit. */
  readonly linesPerSecond: number
  readonly rendering: Rendering
  readonly assembler: (file: ByteString) => Assembler
}

export interface Surroundings {
  readonly found: (file: FollowedFile) => void
  /** It is closed and must not be read any more. */
  readonly forgotten: (file: FollowedFile) => void
  readonly telemetry: FileTelemetry
  readonly source: string
}

export interface WantedFile {
  /** Where it lies now. */
  readonly file: ByteString
  /** The path its events are said to come from. */
  readonly shown: ByteString
  readonly key: string
}

const binarySampleBytes = 8192

/** Opens files and decides where in them reading begins. */
export class FileOpener {
  /** The source never ran before: what is there now is not news, unless asked for. */
  isFirstSight = false
  readonly #settings: FollowSettings
  readonly #around: Surroundings
  /** Positions of an earlier run; each is used once. */
  readonly #saved: Map<string, SavedFile>
  readonly #buffers = new ReadBuffers()

  constructor(settings: FollowSettings, around: Surroundings, saved: Map<string, SavedFile>) {
    this.#settings = settings
    this.#around = around
    this.#saved = saved
  }

  /** `undefined`: not the file it was a moment ago, or not one to read. Throws what the system throws. */
  async open({ file, shown, key }: WantedFile): Promise<FollowedFile | undefined> {
    const handle = await openFile(file)
    try {
      const facts = await handleFacts(handle)
      if (!facts.isFile || facts.key !== key || (await this.#isUnwanted(handle))) {
        await handle.close()
        return undefined
      }
      const container = await containerOf(shown)
      const { linesPerSecond, rendering, assembler } = this.#settings
      const limit = linesPerSecond > 0 ? new RateLimit(linesPerSecond) : undefined
      const followed = new FollowedFile({
        key,
        origin: { path: shown, container, limit },
        handle,
        buffers: this.#buffers,
        rendering,
        assembler: () => assembler(shown),
      })
      const position = await this.#startOf(followed, facts)
      await followed.reader.seek(position)
      this.#around.telemetry.fileFound(this.#around.source, fromByteString(shown), position.offset)
      return followed
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async #isUnwanted(handle: FollowedFile['handle']): Promise<boolean> {
    if (!this.#settings.ignoresBinaries) return false
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(binarySampleBytes), 0, binarySampleBytes, 0)
    return buffer.subarray(0, bytesRead).includes(0)
  }

  async #startOf(file: FollowedFile, { size }: FileFacts): Promise<Position> {
    const { fromBeginning, longestBacklogBytes } = this.#settings
    const position = await this.#knownPosition(file, size)
    if (!position && this.isFirstSight && !fromBeginning)
      return { offset: await file.reader.lineStart(size), generation: 0 }
    const start = position ?? { offset: 0, generation: 0 }
    if (longestBacklogBytes === undefined || size - start.offset <= longestBacklogBytes) return start
    const offset = await file.reader.lineStart(size)
    const { source, telemetry } = this.#around
    telemetry.backlogSkipped(source, fromByteString(file.origin.path), offset - start.offset)
    return { ...start, offset }
  }

  async #knownPosition({ key, origin, reader }: FollowedFile, size: number): Promise<Position | undefined> {
    // A device may have another number after a restart of the machine; the same path then vouches for it.
    const saved =
      this.#saved.get(key) ??
      [...this.#saved.values()].find(
        (file) => file.path === origin.path && withoutDevice(file.key) === withoutDevice(key),
      )
    if (!saved) return undefined
    this.#saved.delete(saved.key)
    const { offset, generation, fingerprint } = saved
    if (size >= offset && (await reader.matches(offset, fingerprint))) return { offset, generation }
    return { offset: 0, generation: generation + 1 }
  }
}

function withoutDevice(key: string): string {
  return key.slice(key.indexOf('.'))
}
