import { existsSync } from 'node:fs'
import { link, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Local day: `2026-11-22`. Compares like the day. */
export type Day = string

export function dayOf(ms: number): Day {
  const date = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Where files of one kind lie: `alerts/2026/Nov/ossec-alerts-22.json`, with a second name `alerts/alerts.json` for today's. */
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

export function dailyPath({ folder, prefix, suffix }: Place, day: Day): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return path.join(folder, year, months[Number(month) - 1] ?? month, `${prefix}-${date}${suffix}`)
}

/** The file of one day, written at known places only, so that a write that failed half way can be repeated. */
export class DailyFile {
  readonly day: Day
  readonly path: string
  readonly #handle: FileHandle
  #bytes: number

  private constructor(day: Day, file: string, handle: FileHandle, bytes: number) {
    this.day = day
    this.path = file
    this.#handle = handle
    this.#bytes = bytes
  }

  /** Opens or makes it and gives it the fixed name. */
  static async open(place: Place, day: Day): Promise<DailyFile> {
    const file = dailyPath(place, day)
    await mkdir(path.dirname(file), { recursive: true, mode: 0o750 })
    const handle = await open(file, existsSync(file) ? 'r+' : 'w+', 0o640)
    const daily = new DailyFile(day, file, handle, (await handle.stat()).size)
    const fixed = path.join(place.folder, place.fixedName)
    await rm(`${fixed}.new`, { force: true })
    await link(file, `${fixed}.new`)
    await rename(`${fixed}.new`, fixed)
    // rename() does nothing when both names are the same file already.
    await rm(`${fixed}.new`, { force: true })
    return daily
  }

  get bytes(): number {
    return this.#bytes
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
    if (this.#bytes === 0) await rm(this.path, { force: true })
  }
}
