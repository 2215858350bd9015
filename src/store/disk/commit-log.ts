import { open, readdir, readFile, rm, truncate, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

import { GroupBuffer, scanGroups, type GroupFacts } from './group.ts'

/** What is known besides records: the newest text of every source and follower, and the first free position. */
export interface LogState {
  readonly cursors: ReadonlyMap<string, string>
  readonly followers: ReadonlyMap<string, string>
  readonly next: number
}

/** What the records of a log file span. */
export interface Extent {
  readonly records: number
  readonly alerts: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly firstMs: number
  readonly lastMs: number
}

/** A log file that will not change any more. */
export interface LogFile {
  readonly number: number
  readonly path: string
  readonly records: number
  /** Bytes of the longest line, or more. */
  readonly longestLine: number
  /** Absent for files of a process that was stopped: then it is read from the file. */
  readonly extent?: Extent
}

/**
 * One file that commits go to: appended, flushed to the disk, and deleted when a segment holds its records. It begins with a
 * group that repeats all cursors, so that the newest file is enough to know them.
 */
export class CommitLog {
  readonly #handle: FileHandle
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
    return { number: this.number, path: this.#path, records: this.#records, longestLine: this.#longestLine }
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.#bytes)
    await this.#handle.datasync()
    this.#spoiled = false
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

const namePattern = /^commit-(\d{10})\.log$/

function logPath(folder: string, number: number): string {
  return path.join(folder, `commit-${String(number).padStart(10, '0')}.log`)
}

export interface Recovered {
  readonly files: readonly LogFile[]
  readonly state: LogState
  readonly lastNumber: number
  /** Bytes at the end of the newest file that were no whole group: an interrupted commit, never acknowledged. */
  readonly tornBytes: number
  /** Older files with a damaged part: whole groups before it are kept. */
  readonly damaged: readonly { readonly path: string; readonly lostBytes: number }[]
}

/** Reads what a stopped process left. Cuts off what was never acknowledged. */
export async function recoverLog(folder: string): Promise<Recovered> {
  const numbers = (await readdir(folder))
    .map((name) => Number(namePattern.exec(name)?.[1] ?? NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b)
  const cursors = new Map<string, string>()
  const followers = new Map<string, string>()
  const files: LogFile[] = []
  const damaged: { path: string; lostBytes: number }[] = []
  let next = 1
  let tornBytes = 0
  for (const number of numbers) {
    const file = logPath(folder, number)
    const { groups, goodBytes, totalBytes, longestLine } = scanGroups(await readFile(file))
    for (const group of groups) {
      for (const [source, cursor] of Object.entries(group.cursors)) cursors.set(source, cursor)
      for (const [name, text] of Object.entries(group.followers)) followers.set(name, text)
      next = group.next
    }
    const bad = totalBytes - goodBytes
    if (bad > 0 && number === numbers.at(-1)) tornBytes = bad
    else if (bad > 0) damaged.push({ path: file, lostBytes: bad })
    if (bad > 0) await truncate(file, goodBytes)
    const records = groups.reduce((sum, group) => sum + group.records, 0)
    files.push({ number, path: file, records, longestLine })
  }
  return {
    files,
    state: { cursors, followers, next },
    lastNumber: numbers.at(-1) ?? 0,
    tornBytes,
    damaged,
  }
}
