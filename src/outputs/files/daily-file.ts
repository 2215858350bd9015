import { existsSync } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Local day: `2026-11-22`. Compares like the day. */
export type Day = string

export function dayOf(ms: number): Day {
  const minute = Math.floor(ms / 60_000)
  if (minute !== lastMinute) {
    lastMinute = minute
    lastDay = dayText(ms)
  }
  return lastDay
}

// Asked for every record; days begin with a minute.
let lastMinute = NaN
let lastDay = ''

function dayText(ms: number): Day {
  const date = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Where files of one kind lie: `alerts/2026/Nov/ossec-alerts-22.json`, with a second name `alerts/alerts.json` for the newest. */
export interface Place {
  /** `HOME/logs/alerts`. */
  readonly folder: string
  /** `alerts.json`: the fixed name. */
  readonly fixedName: string
  /** `ossec-alerts`. */
  readonly prefix: string
  /** `.json` or `.log`. */
  readonly suffix: string
}

/** A day has one file, or several when files are changed within the day too: `…-22.json`, `…-22-001.json`, … */
export interface Part {
  readonly day: Day
  /** From 0. */
  readonly number: number
}

export function isBefore(left: Part, right: Part): boolean {
  return left.day === right.day ? left.number < right.number : left.day < right.day
}

export function partPath({ folder, prefix, suffix }: Place, { day, number }: Part): string {
  const [year = '', month = '', date = ''] = day.split('-')
  const within = number === 0 ? '' : `-${String(number).padStart(3, '0')}`
  return path.join(folder, year, months[Number(month) - 1] ?? month, `${prefix}-${date}${within}${suffix}`)
}

/** The part that a path below the folder names; `undefined` when it is another file. */
export function partOf({ prefix, suffix }: Place, relative: string): Part | undefined {
  const [year = '', month = '', name = '', more] = relative.split(path.sep)
  const at = months.findIndex((known) => known === month)
  if (at < 0 || more !== undefined || !/^\d{4}$/.test(year)) return undefined
  if (!name.startsWith(`${prefix}-`) || !name.endsWith(suffix)) return undefined
  const [, date, number = '0'] =
    /^(\d\d)(?:-(\d{3,}))?$/.exec(name.slice(prefix.length + 1, name.length - suffix.length)) ?? []
  if (date === undefined) return undefined
  return { day: `${year}-${String(at + 1).padStart(2, '0')}-${date}`, number: Number(number) }
}

/** One file, written at known places only, so that a write that failed half way can be repeated. */
export class DailyFile {
  readonly part: Part
  readonly path: string
  readonly #fixed: string
  readonly #handle: FileHandle
  readonly #inode: number
  #bytes: number

  private constructor(place: Place, part: Part, { handle, inode, bytes }: Opened) {
    this.part = part
    this.path = partPath(place, part)
    this.#fixed = path.join(place.folder, place.fixedName)
    this.#handle = handle
    this.#inode = inode
    this.#bytes = bytes
  }

  /** Opens or makes it and gives it the fixed name. */
  static async open(place: Place, part: Part): Promise<DailyFile> {
    const file = partPath(place, part)
    await mkdir(path.dirname(file), { recursive: true, mode: 0o750 })
    const handle = await open(file, existsSync(file) ? 'r+' : 'w+', 0o640)
    try {
      const { size, ino } = await handle.stat()
      const daily = new DailyFile(place, part, { handle, inode: ino, bytes: size })
      await daily.#takeFixedName()
      return daily
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  /** False when somebody removed or replaced the file: what is written would be lost with it. A lost fixed name is given again. */
  async isThere(): Promise<boolean> {
    const inodeOf = async (file: string) => {
      try {
        return (await stat(file)).ino
      } catch {
        return undefined // gone, or not to be seen: the same to us
      }
    }
    if ((await inodeOf(this.path)) !== this.#inode) return false
    if ((await inodeOf(this.#fixed)) !== this.#inode) await this.#takeFixedName()
    return true
  }

  /** Forgets what lies behind, which was written but never recorded as written. */
  async cutTo(bytes: number): Promise<void> {
    await this.#handle.truncate(bytes)
    this.#bytes = bytes
  }

  async append(text: string): Promise<void> {
    const content = Buffer.from(text, 'utf8')
    for (let done = 0; done < content.length;) {
      const { bytesWritten } = await this.#handle.write(
        content,
        done,
        content.length - done,
        this.#bytes + done,
      )
      done += bytesWritten
    }
    this.#bytes += content.length
  }

  async flush(): Promise<void> {
    await this.#handle.datasync()
  }

  /** An empty file is of no use to anybody and goes. */
  async close(): Promise<void> {
    await this.#handle.close()
    if (this.#bytes === 0 && (await this.isThere())) await rm(this.path, { force: true })
  }

  async #takeFixedName(): Promise<void> {
    await rm(`${this.#fixed}.new`, { force: true })
    await link(this.path, `${this.#fixed}.new`)
    await rename(`${this.#fixed}.new`, this.#fixed)
    // rename() does nothing when both names are the same file already.
    await rm(`${this.#fixed}.new`, { force: true })
  }
}

interface Opened {
  readonly handle: FileHandle
  readonly inode: number
  readonly bytes: number
}
