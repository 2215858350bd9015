import path from 'node:path'

import { fromByteString, type ByteString } from '../../event/byte-string.ts'
import { type Between, isBetween, ordered } from './between.ts'
import { followAdvice } from './follow-advice.ts'
import { savedText, type SavedFile, type SavedState } from './cursor.ts'
import { FileOpener, type FollowSettings, type Surroundings, type WantedFile } from './file-opener.ts'
import { birthOf, fileFacts, type FileFacts, type FollowedFile } from './followed-file.ts'
import { errorCode } from './location.ts'
import { namesIn, placesOf, rotatedNames, untilAlike } from './rotated-names.ts'

export interface Notice {
  readonly id: string
  readonly text: ByteString
}

export const mostFiles = 1000
const statsAtOnce = 16
/** File systems tell the time of birth a little late. */
const clockSlackMs = 100
/**
 * A new path may be empty each time it is looked for, because its writer is rotating: what came to it and left it is
 * found beside it later, when it is not older than this. Shorter than what was read is remembered, so nothing comes twice.
 */
const passedOverMs = 30_000

/** Which files a block follows, by path and by identity, and how that changes. */
export class FollowedFiles {
  searchedMs = 0
  /** Nothing made earlier is news, except what a known path names. */
  #startedMs = -Infinity
  /** Files made later, and rotated away before their path was ever seen, are news. */
  #newSinceMs = Infinity
  directories: readonly ByteString[] = []
  readonly #settings: FollowSettings
  readonly #around: Surroundings
  readonly #opener: FileOpener
  readonly #byKey = new Map<string, FollowedFile>()
  readonly #byPath = new Map<ByteString, FollowedFile>()
  /** Saved positions of files not found yet. */
  readonly #saved = new Map<string, SavedFile>()
  readonly #trouble = new Map<ByteString, string>()
  #searchTrouble: string | undefined
  #leftOut = 0
  #notices: Notice[] = []
  readonly #grown = new Set<FollowedFile>()

  constructor(settings: FollowSettings, around: Surroundings) {
    this.#settings = settings
    this.#around = around
    this.#opener = new FileOpener(settings, around, this.#saved)
  }

  /** Finds the files for the first time; `saved` is `undefined` when the source never ran before. */
  async start(saved: SavedState | undefined, nowMs: number): Promise<void> {
    for (const file of saved?.files ?? []) this.#saved.set(file.key, file)
    this.searchedMs = saved?.searchedMs ?? nowMs
    if (!saved) this.#startedMs = nowMs
    this.#opener.isFirstSight = saved === undefined
    await this.search(nowMs)
    this.#opener.isFirstSight = false
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
    const lastMs = Math.min(this.searchedMs, nowMs) // a clock may be set back
    this.#newSinceMs = Math.max(this.#startedMs, lastMs - passedOverMs) - clockSlackMs
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
    this.#around.forgotten(file)
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
    const advice = followAdvice({
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
    if (elsewhere) {
      this.#attach(file, elsewhere, facts)
      return
    }
    const former = followed ?? this.#lastAt(file)
    await this.#adopt(file, former, { facts, nowMs })
    const adopted = this.#byPath.get(file)
    if (adopted && !this.#opener.isFirstSight) await this.#findBetween(former, adopted, nowMs)
    if (adopted && former) this.#noteRotated(file, former)
  }

  /** What had this path before; the path may have been empty for a moment. */
  #lastAt(file: ByteString): FollowedFile | undefined {
    let last: FollowedFile | undefined
    for (const followed of this.#byKey.values())
      if (followed.origin.path === file && (followed.detachedAtMs ?? -1) >= (last?.detachedAtMs ?? 0))
        last = followed
    return last
  }

  async #open(wanted: WantedFile): Promise<FollowedFile | undefined> {
    const followed = await this.#opener.open(wanted)
    if (!followed) return undefined
    this.#byKey.set(wanted.key, followed)
    this.#around.found(followed)
    return followed
  }

  /** A file that is not at its path any more, or never was while we looked. */
  async #openDetached(
    wanted: WantedFile,
    facts: FileFacts,
    nowMs: number,
  ): Promise<FollowedFile | undefined> {
    try {
      const followed = await this.#open(wanted)
      if (!followed) return undefined
      followed.detachedAtMs = nowMs
      this.#note(followed, facts)
      return followed
    } catch (error) {
      this.noteTrouble(wanted.file, error)
      return undefined
    }
  }

  /** Files that had the path between two looks: a writer may rotate more than once in that time. */
  async #findBetween(former: FollowedFile | undefined, current: FollowedFile, nowMs: number): Promise<void> {
    const offset = former?.durablePosition.offset ?? 0
    const found = await this.#openBetween(
      {
        path: current.origin.path,
        fromMs: former ? birthOf(former.key) : this.#newSinceMs,
        toKey: current.key,
        isCopy: (file) =>
          former !== undefined &&
          offset > 0 &&
          file.reader.matches(offset, former.reader.fingerprint(offset)),
      },
      nowMs,
    )
    this.#chain([...(former ? [former] : []), ...found, current])
  }

  async #openBetween(between: Between, nowMs: number): Promise<readonly FollowedFile[]> {
    const found = new Map<string, FollowedFile>()
    const copies = new Set<string>()
    let names = new Map<string, ByteString>()
    await untilAlike(async () => {
      names = new Map()
      for (const file of await rotatedNames(between.path)) {
        const facts = await this.#facts(file)
        if (!facts) continue
        const { key } = facts
        names.set(key, file)
        if (this.#byKey.has(key) || copies.has(key) || !isBetween(birthOf(key), between)) continue
        const followed = await this.#openDetached({ file, shown: between.path, key }, facts, nowMs)
        if (!followed) continue
        if (await between.isCopy(followed)) {
          copies.add(key)
          await this.forget(followed)
        } else found.set(key, followed)
      }
      return [...names].join('\n')
    })
    const { files, younger } = ordered([...found.values()], [...names.keys()].reverse(), between.toKey)
    // Found again when the one that has the path now is rotated in its turn.
    for (const file of younger) await this.forget(file)
    return files
  }

  /** Each is read to its end before the next. */
  #chain(files: readonly FollowedFile[]): void {
    for (const [index, file] of files.entries()) if (index > 0) file.predecessor = files[index - 1]
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
      const followed = await this.#open({ file, shown: file, key: facts.key })
      if (!followed) return
      followed.predecessor = predecessor
      this.#byPath.set(file, followed)
      this.#trouble.delete(file)
      this.#note(followed, facts)
    } catch (error) {
      this.noteTrouble(file, error)
    }
  }

  /** Files that were renamed while nobody watched: looked for beside their old path by their identity. */
  async #findMoved(nowMs: number): Promise<void> {
    const missing = [...this.#saved.values()]
    const places = await Promise.all(missing.map((file) => placesOf(file.path)))
    for (const directory of new Set(places.flat().map((place) => path.posix.dirname(place))))
      await untilAlike(() => this.#resumeMovedIn(directory, nowMs))
    for (const file of missing) await this.#resumeBetween(file, nowMs)
    for (const file of this.#saved.values()) {
      // Its file system may not be mounted yet; a container's file will not come back.
      if (!this.#settings.location.isGlob) continue
      this.#saved.delete(file.key)
      this.#around.telemetry.fileGone(this.#around.source, fromByteString(file.path))
    }
  }

  /** Resolves with what was seen. */
  async #resumeMovedIn(directory: ByteString, nowMs: number): Promise<string> {
    const seen: string[] = []
    for (const name of this.#saved.size > 0 ? await namesIn(directory) : []) {
      if (this.#saved.size === 0) break
      const file = path.posix.join(directory, name)
      const facts = await this.#facts(file)
      seen.push(`${file} ${facts?.key}`)
      const saved = facts && this.#saved.get(facts.key)
      if (saved) await this.#openDetached({ file, shown: saved.path, key: facts.key }, facts, nowMs)
    }
    return seen.join('\n')
  }

  async #resumeBetween({ path: file, key, offset, fingerprint }: SavedFile, nowMs: number): Promise<void> {
    const current = this.#byPath.get(file)
    const former = this.#byKey.get(key)
    if (!current) return
    // It may itself be found only now.
    const isCopy = (found: FollowedFile) =>
      found.key !== key && offset > 0 && found.reader.matches(offset, fingerprint)
    const between = { path: file, fromMs: birthOf(key), toKey: current.key, isCopy }
    const found = await this.#openBetween(between, nowMs)
    this.#chain([...(former ? [former] : []), ...found, current])
    if (former || found.length > 0) return
    this.#saved.delete(key)
    this.#around.telemetry.fileGone(this.#around.source, fromByteString(file))
  }
}
