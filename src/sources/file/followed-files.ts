import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { fromByteString, type ByteString } from '../../event/byte-string.ts'
import type { FileTelemetry } from '../../telemetry/file.ts'
import type { Assembler } from './assembler.ts'
import { containerOf } from './container-info.ts'
import { savedText, type SavedFile } from './cursor.ts'
import { fileFacts, FollowedFile, handleFacts, openFile, type FileFacts } from './followed-file.ts'
import { ReadBuffers, type Position } from './line-reader.ts'
import { errorCode, onDisk, type FileLocation } from './location.ts'
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
  readonly telemetry: FileTelemetry
  readonly source: string
}

export interface Notice {
  readonly id: string
  readonly text: ByteString
}

export const mostFiles = 1000
const mostNamesSearched = 5_000
const binarySampleBytes = 8192
const statsAtOnce = 16

/** Which files a block follows, by path and by identity, and how that changes. */
export class FollowedFiles {
  searchedMs = 0
  directories: readonly ByteString[] = []
  readonly #settings: FollowSettings
  readonly #around: Surroundings
  readonly #buffers = new ReadBuffers()
  readonly #byKey = new Map<string, FollowedFile>()
  readonly #byPath = new Map<ByteString, FollowedFile>()
  /** Saved positions of files not found yet. */
  #saved = new Map<string, SavedFile>()
  readonly #trouble = new Map<ByteString, string>()
  #searchTrouble: string | undefined
  #leftOut = 0
  #isFirstSight = false
  #notices: Notice[] = []
  readonly #grown = new Set<FollowedFile>()

  constructor(settings: FollowSettings, around: Surroundings) {
    this.#settings = settings
    this.#around = around
  }

  /** Finds the files for the first time; `saved` is `undefined` when the source never ran before. */
  async start(saved: readonly SavedFile[] | undefined, nowMs: number): Promise<void> {
    this.#saved = new Map((saved ?? []).map((file) => [file.key, file]))
    this.#isFirstSight = saved === undefined
    await this.search(nowMs)
    this.#isFirstSight = false
    await this.#findMoved(nowMs)
  }

  all(): Iterable<FollowedFile> {
    return this.#byKey.values()
  }

  /** Saved positions that are kept although their file is not there now. */
  dormantTexts(): readonly string[] {
    return [...this.#saved.values()].map(savedText)
  }

  takeNotices(): readonly Notice[] {
    const notices = this.#notices
    this.#notices = []
    return notices
  }

  /** Every path that the location stands for now. */
  async search(nowMs: number): Promise<void> {
    this.searchedMs = nowMs
    const { paths, directories, trouble } = await this.#settings.location.find(nowMs)
    this.directories = directories
    this.#searchTrouble = trouble
    this.#leftOut = 0
    for (const known of this.#trouble.keys()) if (!paths.includes(known)) this.#trouble.delete(known)
    await this.#checkAll(paths, nowMs)
    const wanted = new Set(paths)
    for (const [file, followed] of this.#byPath) if (!wanted.has(file)) this.#detach(file, followed, nowMs)
  }

  /** Looks at these paths, or at all that are known. True: a name is there that the location may stand for. */
  async check(paths: ReadonlySet<ByteString> | undefined, nowMs: number): Promise<boolean> {
    const known = [...this.#byPath.keys()]
    await this.#checkAll(paths ? known.filter((file) => paths.has(file)) : known, nowMs)
    if (!paths) return !this.#settings.location.isGlob
    return [...paths].some((file) => !this.#byPath.has(file))
  }

  /** Files that grew since the last call; when it is time to look at everything, also those that wait for something. */
  changed(isDue: boolean): Iterable<FollowedFile> {
    const grown = new Set(this.#grown)
    this.#grown.clear()
    if (isDue)
      for (const file of this.#byKey.values())
        if (file.holdsLines || file.detachedAtMs !== undefined || file.origin.limit?.isHolding)
          grown.add(file)
    return grown
  }

  noteTruncated(file: FollowedFile): void {
    const { source, telemetry } = this.#around
    telemetry.fileTruncated(source, fromByteString(file.origin.path))
    this.#notices.push({
      id: `file-${file.key}-${file.reader.generation}-truncated`,
      text: `ossec: File size reduced (inode remained): '${file.origin.path}'.`,
    })
  }

  noteTrouble(file: ByteString, error: unknown): void {
    const code = errorCode(error)
    if (this.#trouble.get(file) !== code && code !== 'ENOENT')
      this.#around.telemetry.fileUnreadable(this.#around.source, fromByteString(file), code)
    this.#trouble.set(file, code)
  }

  async forget(file: FollowedFile): Promise<void> {
    this.#byKey.delete(file.key)
    for (const other of this.#byKey.values()) if (other.predecessor === file) other.predecessor = undefined
    if (!this.#byPath.has(file.origin.path))
      this.#around.telemetry.fileForgotten(fromByteString(file.origin.path))
    await file.handle.close()
  }

  async close(): Promise<void> {
    for (const file of this.#byKey.values()) await this.forget(file)
  }

  describe(): { readonly detail: string; readonly advice?: string; readonly isFollowing: boolean } {
    const { shown, location } = this.#settings
    const count = this.#byPath.size
    const troubles = [...this.#trouble].slice(0, 3).map(([file, code]) => `${fromByteString(file)}: ${code}`)
    const extra = [this.#searchTrouble, ...troubles].filter((text) => text !== undefined).join(', ')
    const many =
      this.#leftOut > 0 ? `; ${this.#leftOut} more match but at most ${mostFiles} are followed` : ''
    const files = count === 1 ? '1 file' : `${count} files`
    const advice = adviceFor({
      shown,
      isGlob: location.isGlob,
      isDenied: /\b(?:EACCES|EPERM)\b/.test(extra),
      isMissing: count === 0,
      isMany: many !== '',
    })
    return {
      detail: `${shown}: ${files}${many}${extra === '' ? '' : ` (${extra})`}`,
      isFollowing: count > 0,
      ...(advice === undefined ? {} : { advice }),
    }
  }

  async #checkAll(paths: readonly ByteString[], nowMs: number): Promise<void> {
    for (let start = 0; start < paths.length; start += statsAtOnce) {
      const slice = paths.slice(start, start + statsAtOnce)
      const facts = await Promise.all(slice.map((file) => this.#facts(file)))
      for (const [index, file] of slice.entries()) await this.#checkOne(file, facts[index], nowMs)
    }
  }

  async #facts(file: ByteString): Promise<FileFacts | undefined> {
    try {
      const facts = await fileFacts(file)
      return facts.isFile ? facts : undefined
    } catch (error) {
      this.noteTrouble(file, error)
      return undefined
    }
  }

  async #checkOne(file: ByteString, facts: FileFacts | undefined, nowMs: number): Promise<void> {
    const followed = this.#byPath.get(file)
    if (followed && facts?.key === followed.key) {
      this.#trouble.delete(file)
      this.#note(followed, facts)
      return
    }
    if (followed) this.#detach(file, followed, nowMs)
    if (!facts) return
    const elsewhere = this.#byKey.get(facts.key)
    if (elsewhere) this.#attach(file, elsewhere, facts)
    else await this.#adopt(file, followed, { facts, nowMs })
    if (followed && this.#byPath.has(file)) this.#noteRotated(file, followed)
  }

  #note(file: FollowedFile, { size, modifiedMs }: FileFacts): void {
    if (file.size !== size || file.modifiedMs !== modifiedMs) this.#grown.add(file)
    file.size = size
    file.modifiedMs = modifiedMs
  }

  /** A file that was renamed and is found again; a second path to a file that has one is not followed. */
  #attach(file: ByteString, followed: FollowedFile, facts: FileFacts): void {
    if (followed.detachedAtMs === undefined) return
    followed.detachedAtMs = undefined
    this.#byPath.set(file, followed)
    this.#note(followed, facts)
  }

  #detach(file: ByteString, followed: FollowedFile, nowMs: number): void {
    this.#byPath.delete(file)
    followed.detachedAtMs = nowMs
    this.#grown.add(followed)
  }

  #noteRotated(file: ByteString, followed: FollowedFile): void {
    const { source, telemetry } = this.#around
    telemetry.fileRotated(source, fromByteString(file))
    if (followed.origin.container) return
    this.#notices.push({
      id: `file-${followed.key}-${followed.reader.generation}-rotated`,
      text: `ossec: File rotated (inode changed): '${file}'.`,
    })
  }

  async #adopt(
    file: ByteString,
    predecessor: FollowedFile | undefined,
    { facts, nowMs }: { readonly facts: FileFacts; readonly nowMs: number },
  ): Promise<void> {
    const { oldestMs } = this.#settings
    if (oldestMs !== undefined && nowMs - facts.modifiedMs > oldestMs) return
    if (this.#byKey.size >= mostFiles) {
      this.#leftOut += 1
      return
    }
    try {
      const followed = await this.#open(file, file, facts.key)
      if (!followed) return
      followed.predecessor = predecessor
      this.#byPath.set(file, followed)
      this.#trouble.delete(file)
      this.#note(followed, facts)
    } catch (error) {
      this.noteTrouble(file, error)
    }
  }

  /** `undefined`: not the file it was a moment ago, or not one to read. */
  async #open(file: ByteString, shown: ByteString, key: string): Promise<FollowedFile | undefined> {
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
      this.#byKey.set(key, followed)
      this.#around.telemetry.fileFound(this.#around.source, fromByteString(shown), position.offset)
      this.#around.found(followed)
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
    if (!position && this.#isFirstSight && !fromBeginning)
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

  /** Files that were renamed while nobody watched: looked for beside their old path by their identity. */
  async #findMoved(nowMs: number): Promise<void> {
    const missing = [...this.#saved.values()]
    for (const directory of new Set(missing.map((file) => path.posix.dirname(file.path)))) {
      for (const name of (await namesIn(directory)).slice(0, mostNamesSearched)) {
        if (this.#saved.size === 0) return
        await this.#resumeMoved(path.posix.join(directory, name), nowMs)
      }
    }
    for (const file of this.#saved.values()) {
      // Its file system may not be mounted yet; a container's file will not come back.
      if (!this.#settings.location.isGlob) continue
      this.#saved.delete(file.key)
      this.#around.telemetry.fileGone(this.#around.source, fromByteString(file.path))
    }
  }

  async #resumeMoved(file: ByteString, nowMs: number): Promise<void> {
    const facts = await this.#facts(file)
    const saved = facts && this.#saved.get(facts.key)
    if (!saved) return
    try {
      const followed = await this.#open(file, saved.path, facts.key)
      if (!followed) return
      followed.detachedAtMs = nowMs
      this.#note(followed, facts)
      const successor = this.#byPath.get(saved.path)
      if (successor) successor.predecessor = followed
    } catch (error) {
      this.noteTrouble(file, error)
    }
  }
}

interface Trouble {
  readonly shown: string
  readonly isGlob: boolean
  readonly isDenied: boolean
  readonly isMissing: boolean
  readonly isMany: boolean
}

function adviceFor({ shown, isGlob, isDenied, isMissing, isMany }: Trouble): string | undefined {
  if (isDenied) return `let the user that runs Quaywatch read ${shown} and enter its directories`
  if (isMissing) {
    const what = isGlob ? 'no file matches' : 'the file is not there'
    return `${what}; it is looked for again and again: check the spelling of <location>`
  }
  return isMany ? 'split the pattern over several <localfile> blocks' : undefined
}

async function namesIn(directory: ByteString): Promise<readonly ByteString[]> {
  try {
    return await readdir(onDisk(directory), { encoding: 'latin1' })
  } catch {
    return [] // gone with its files, which the caller counts
  }
}

function withoutDevice(key: string): string {
  return key.slice(key.indexOf('.'))
}
