import { open, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

import type { Extent } from './extent.ts'
import { format } from './format.ts'
import { GroupBuffer, type GroupFacts } from './group.ts'

/** What is known besides records: the newest text of every source and follower, and the first free position. */
export interface LogState {
  readonly cursors: ReadonlyMap<string, string>
  readonly followers: ReadonlyMap<string, string>
  readonly next: number
}

/** A log file that will not change any more. */
export interface LogFile {
  readonly number: number
  readonly path: string
  readonly records: number
  readonly bytes: number
  /** Bytes of the longest line, or more. */
  readonly longestLine: number
  /** What columns its lines have. */
  readonly format: number
  /** Absent for files of a process that was stopped: then it is read from the file. */
  readonly extent?: Extent
}

/**
 * One file that commits go to: appended, flushed to the disk, and deleted when a segment holds its records. It begins with a
 * group that repeats all cursors, so that the newest file is enough to know them.
 */
export class CommitLog {
  #handle: FileHandle
  readonly #path: string
  readonly number: number
  #bytes = 0
  #records = 0
  #longestLine = 0
  /** A write failed: what lies behind `#bytes` is to be cut off before anything else is written. */
  #spoiled = false

  private constructor(handle: FileHandle, file: string, number: number) {
    this.#handle = handle
    this.#path = file
    this.number = number
  }

  static async create(folder: string, number: number, state: LogState): Promise<CommitLog> {
    const file = logPath(folder, number)
    const log = new CommitLog(await open(file, 'w', 0o600), file, number)
    const facts = {
      records: 0,
      next: state.next,
      cursors: Object.fromEntries(state.cursors),
      followers: Object.fromEntries(state.followers),
    }
    try {
      await log.append(new GroupBuffer(), facts)
      await syncFolder(folder)
    } catch (error) {
      await log.#handle.close()
      await rm(file, { force: true })
      throw error
    }
    return log
  }

  get bytes(): number {
    return this.#bytes
  }

  get records(): number {
    return this.#records
  }

  /** Resolves when the group would survive a crash; rejects when nothing of it will ever be read. */
  async append(lines: GroupBuffer, facts: GroupFacts): Promise<void> {
    if (this.#spoiled) await this.#cut()
    const group = lines.close(facts)
    try {
      await writeAll(this.#handle, group, this.#bytes)
      await this.#handle.datasync()
    } catch (error) {
      // After a failed flush nobody knows what the disk holds of this group, so it must not be read after a crash either.
      this.#spoiled = true
      await this.#cut().catch(() => undefined)
      throw error
    }
    this.#bytes += group.length
    this.#records += facts.records
    this.#longestLine = Math.max(this.#longestLine, lines.longestLine)
  }

  /** Ends writing. */
  async seal(): Promise<LogFile> {
    if (this.#spoiled) await this.#cut()
    await this.#handle.close()
    return {
      number: this.number,
      path: this.#path,
      records: this.#records,
      bytes: this.#bytes,
      longestLine: this.#longestLine,
      format,
    }
  }

  async #cut(): Promise<void> {
    try {
      await this.#cutHandle(this.#handle)
    } catch (error) {
      await this.#reopen(error)
    }
    this.#spoiled = false
  }

  async #cutHandle(handle: FileHandle): Promise<void> {
    await handle.truncate(this.#bytes)
    await handle.datasync()
  }

  /** A file system that failed and was mounted again has the file, but not behind the old handle. */
  async #reopen(cause: unknown): Promise<void> {
    const fresh = await open(this.#path, 'r+').catch(() => undefined)
    try {
      if (!fresh || (await fresh.stat()).size < this.#bytes) throw cause
      await this.#cutHandle(fresh)
    } catch {
      await fresh?.close()
      throw cause
    }
    await this.#handle.close().catch(() => undefined)
    this.#handle = fresh
  }
}

async function writeAll(handle: FileHandle, content: Buffer, at: number): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await handle.write(content, done, content.length - done, at + done)
    done += bytesWritten
  }
}

/** Makes names of new files survive a crash. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function logPath(folder: string, number: number): string {
  return path.join(folder, `commit-${String(number).padStart(10, '0')}.log`)
}
