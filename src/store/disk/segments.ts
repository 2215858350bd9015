import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import { syncFolder, type Extent, type LogFile } from './commit-log.ts'
import type { Database } from './database.ts'
import { createRecords, format, insertFromLog, logExtent } from './format.ts'

/** One DuckDB file: the records of a period, in the order of their positions. */
export interface Segment {
  readonly number: number
  readonly path: string
  /** Name it is attached under. */
  readonly schema: string
  /** Day (UTC) of its first record: `2026-11-22`. */
  readonly day: string
  readonly records: number
  readonly alerts: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly firstMs: number
  readonly lastMs: number
  /** Number of the last log file it holds. */
  readonly applied: number
}

/** A file that could not be read was moved away. */
export interface Damage {
  readonly file: string
  readonly movedTo: string
  readonly reason: string
}

const namePattern = /^segment-(\d{6})-(\d{4}-\d{2}-\d{2})\.duckdb$/

export class Segments {
  readonly #database: Database
  readonly #folder: string
  readonly #maxBytes: number
  #list: readonly Segment[] = []

  constructor(database: Database, folder: string, maxBytes: number) {
    this.#database = database
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** Oldest first. */
  get list(): readonly Segment[] {
    return this.#list
  }

  get applied(): number {
    return Math.max(0, ...this.#list.map(({ applied }) => applied))
  }

  /** Attaches what is there; files that cannot be read are moved below `damagedFolder` and reported. */
  async open(damagedFolder: string): Promise<readonly Damage[]> {
    const damages: Damage[] = []
    const found: Segment[] = []
    for (const name of (await readdir(this.#folder)).sort()) {
      const [, number, day] = namePattern.exec(name) ?? []
      if (number === undefined || day === undefined) continue
      const file = path.join(this.#folder, name)
      try {
        const segment = await this.#attach(Number(number), day, file)
        if (segment) found.push(segment)
      } catch (error) {
        damages.push(await setAside(file, damagedFolder, error))
      }
    }
    this.#list = found
    return damages
  }

  /** Moves the records of a log file into the newest segment, or a new one when another day began or that one is full. */
  async load(log: LogFile): Promise<void> {
    if (log.records === 0 || log.number <= this.applied) return
    const extent = log.extent ?? (await this.#readExtent(log))
    if (extent.records === 0) return
    if (!Number.isFinite(extent.firstMs)) throw new Error('Invalid Input Error: a record has no time')
    const day = new Date(extent.firstMs).toISOString().slice(0, 10)
    const before = await this.#target(day)
    const after: Segment = {
      ...before,
      records: before.records + extent.records,
      alerts: before.alerts + extent.alerts,
      firstPosition: before.records === 0 ? extent.firstPosition : before.firstPosition,
      lastPosition: extent.lastPosition,
      firstMs: Math.min(before.firstMs, extent.firstMs),
      lastMs: Math.max(before.lastMs, extent.lastMs),
      applied: log.number,
    }
    await this.#inTransaction(async () => {
      await this.#database.writer.run(insertFromLog(after.schema, log.longestLine), [log.path])
      await this.#writeInfo(after)
    })
    this.#list = this.#list.map((segment) => (segment.number === after.number ? after : segment))
  }

  async #readExtent(log: LogFile): Promise<Extent> {
    const [row] = await this.#database.read(logExtent(log.longestLine), [log.path])
    const [records = 0, alerts = 0, firstPosition = 0, lastPosition = 0, firstMs = 0, lastMs = 0] = (
      row ?? []
    ).map(Number)
    return { records, alerts, firstPosition, lastPosition, firstMs, lastMs }
  }

  /** Detaches and deletes: all its records and their space are gone. */
  async drop(segment: Segment): Promise<void> {
    this.#list = this.#list.filter(({ number }) => number !== segment.number)
    await this.#database.whenUnread(() => this.#database.writer.run(`DETACH ${segment.schema}`))
    await removeFile(segment.path)
  }

  /** Replaces the segment by one that holds its alerts only; the space of the rest is given back. */
  async keepAlertsOnly(segment: Segment): Promise<void> {
    await this.#rewrite(segment, 'WHERE alert_id IS NOT NULL', { ...segment, records: segment.alerts })
  }

  /** The same records in a file without holes: loads of a few records leave some. */
  async compact(segment: Segment): Promise<void> {
    await this.#rewrite(segment, '', segment)
  }

  /** The new file is complete before it takes the place of the old one, so a crash leaves either. */
  async #rewrite(segment: Segment, where: string, after: Segment): Promise<void> {
    const { writer } = this.#database
    const kept = `${segment.path}.new`
    const schema = `${segment.schema}_kept`
    await removeFile(kept)
    await writer.run(attach(kept, schema))
    try {
      await this.#inTransaction(async () => {
        await this.#createTables(schema)
        await writer.run(`INSERT INTO ${schema}.records SELECT * FROM ${segment.schema}.records ${where}`)
        await this.#writeInfo({ ...after, schema })
      })
      await writer.run(`CHECKPOINT ${schema}`)
    } finally {
      await writer.run(`DETACH ${schema}`)
    }
    await this.#database.whenUnread(async () => {
      // Empties the old file's journal: it must not be there when the new file takes the name.
      await writer.run(`CHECKPOINT ${segment.schema}`)
      await writer.run(`DETACH ${segment.schema}`)
      await rename(kept, segment.path)
      await rm(`${segment.path}.wal`, { force: true })
      await syncFolder(this.#folder)
      await writer.run(attach(segment.path, segment.schema))
    })
    this.#list = this.#list.map((one) => (one.number === after.number ? after : one))
  }

  async sizeBytes(): Promise<number> {
    let sum = 0
    for (const { path: file } of this.#list) {
      sum += (await stat(file)).size
      if (existsSync(`${file}.wal`)) sum += (await stat(`${file}.wal`)).size
    }
    return sum
  }

  async #target(day: string): Promise<Segment> {
    const newest = this.#list.at(-1)
    // A clock that went back does not open a segment: positions only grow, and the segment knows its real extent.
    if (newest && day <= newest.day && (await stat(newest.path)).size < this.#maxBytes) return newest
    if (newest) await this.#database.writer.run(`CHECKPOINT ${newest.schema}`)
    const number = (newest?.number ?? 0) + 1
    const name = `segment-${String(number).padStart(6, '0')}-${day}.duckdb`
    const file = path.join(this.#folder, name)
    await removeFile(file)
    const segment: Segment = {
      number,
      path: file,
      schema: `s${number}`,
      day,
      records: 0,
      alerts: 0,
      firstPosition: 0,
      lastPosition: 0,
      firstMs: Infinity,
      lastMs: -Infinity,
      applied: 0,
    }
    const { writer } = this.#database
    await writer.run(attach(file, segment.schema))
    try {
      await this.#inTransaction(async () => {
        await this.#createTables(segment.schema)
      })
      await syncFolder(this.#folder)
    } catch (error) {
      await writer.run(`DETACH ${segment.schema}`)
      await removeFile(file)
      throw error
    }
    this.#list = [...this.#list, segment]
    return segment
  }

  async #createTables(schema: string): Promise<void> {
    const { writer } = this.#database
    await writer.run(createRecords(schema))
    await writer.run(
      `CREATE TABLE ${schema}.info (format INTEGER, records BIGINT, alerts BIGINT, first_position BIGINT,
       last_position BIGINT, first_ms BIGINT, last_ms BIGINT, applied BIGINT)`,
    )
    await writer.run(`INSERT INTO ${schema}.info VALUES (${format}, 0, 0, 0, 0, NULL, NULL, 0)`)
  }

  async #writeInfo(segment: Segment): Promise<void> {
    await this.#database.writer.run(
      `UPDATE ${segment.schema}.info SET records = $1, alerts = $2, first_position = $3, last_position = $4,
       first_ms = $5, last_ms = $6, applied = $7`,
      [
        segment.records,
        segment.alerts,
        segment.firstPosition,
        segment.lastPosition,
        segment.firstMs,
        segment.lastMs,
        segment.applied,
      ].map(BigInt),
    )
  }

  async #inTransaction(work: () => Promise<void>): Promise<void> {
    const { writer } = this.#database
    await writer.run('BEGIN')
    try {
      await work()
      await writer.run('COMMIT')
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** `undefined`: a segment whose creation was interrupted; it held nothing and is removed. */
  async #attach(number: number, day: string, file: string): Promise<Segment | undefined> {
    const schema = `s${number}`
    const { writer } = this.#database
    await writer.run(attach(file, schema))
    try {
      if (await this.#isEmpty(schema)) {
        await writer.run(`DETACH ${schema}`)
        await removeFile(file)
        return undefined
      }
      const info = await this.#readInfo(schema)
      // Reads from every column, which is where a torn file shows first.
      await this.#database.read(`SELECT * FROM ${schema}.records ORDER BY position DESC LIMIT 1`, [])
      return { number, path: file, schema, day, ...info }
    } catch (error) {
      await writer.run(`DETACH ${schema}`)
      throw error
    }
  }

  async #isEmpty(schema: string): Promise<boolean> {
    const sql = 'SELECT count(*) FROM duckdb_tables() WHERE database_name = $1'
    const [row] = await this.#database.read(sql, [schema])
    return Number(row?.[0]) === 0
  }

  async #readInfo(schema: string): Promise<Omit<Segment, 'number' | 'path' | 'schema' | 'day'>> {
    const [row] = await this.#database.read(
      `SELECT format, records, alerts, first_position, last_position, coalesce(first_ms, 'infinity'::DOUBLE),
       coalesce(last_ms, '-infinity'::DOUBLE), applied FROM ${schema}.info`,
      [],
    )
    if (!row) throw new Error('it does not say what it holds')
    const [found = 0, records = 0, alerts = 0, firstPosition = 0, lastPosition = 0, ...rest] = row.map(Number)
    const [firstMs = Infinity, lastMs = -Infinity, applied = 0] = rest
    if (found !== format) throw new Error(`it has format ${found}, this program reads ${format}`)
    return { records, alerts, firstPosition, lastPosition, firstMs, lastMs, applied }
  }
}

function attach(file: string, schema: string): string {
  return `ATTACH '${file.replaceAll("'", "''")}' AS ${schema} (ROW_GROUP_SIZE 10240, STORAGE_VERSION 'v1.5.0')`
}

async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true })
  await rm(`${file}.wal`, { force: true })
}

export async function setAside(file: string, folder: string, error: unknown): Promise<Damage> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const movedTo = path.join(folder, path.basename(file))
  await rename(file, movedTo)
  if (existsSync(`${file}.wal`)) await rename(`${file}.wal`, `${movedTo}.wal`)
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return { file, movedTo, reason }
}
