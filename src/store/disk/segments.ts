import type { DuckDBConnection } from '@duckdb/node-api'
import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import { syncFolder, type LogFile } from './commit-log.ts'
import { type Damage, firstLine, isNoDamage, setAside } from './damage.ts'
import type { Database } from './database.ts'
import { type Extent, noExtent, together } from './extent.ts'
import { format, insertFromLogs, type LogFiles, logExtent } from './format.ts'
import { rewrite } from './rewrite.ts'
import { RowWeight, vectorLength } from './row-weight.ts'
import {
  attach,
  attachSegment,
  createTables,
  newPlace,
  type Place,
  placeOf,
  removeFile,
  schemaOf,
  type Segment,
  writeInfo,
} from './segment-file.ts'

/** Of the database's memory, what the rows of one vector, or one load, may weigh: reading and compressing take that several times over. */
const memoryShare = 1 / 3

export class Segments {
  readonly #database: Database
  readonly #folder: string
  readonly #maxBytes: number
  #list: readonly Segment[] = []
  /** Of the newest one; `undefined` until it is read. */
  #weight: RowWeight | undefined
  #copies = 0
  /** So many bytes of log files may be loaded together. */
  readonly bytesAtOnce: number

  constructor(database: Database, folder: string, maxBytes: number) {
    this.#database = database
    this.#folder = folder
    this.#maxBytes = maxBytes
    this.bytesAtOnce = database.memoryBytes * memoryShare
  }

  /** Oldest first. */
  get list(): readonly Segment[] {
    return this.#list
  }

  get applied(): number {
    return Math.max(0, ...this.#list.map(({ applied }) => applied))
  }

  /**
   * Attaches what is there. Files that cannot be read are moved below `damagedFolder` and reported; `nextPosition` is the first that is not in any segment.
   */
  async open(damagedFolder: string, nextPosition: number): Promise<readonly Damage[]> {
    const found: Segment[] = []
    const damaged: { readonly number: number; readonly damage: Damage }[] = []
    for (const name of (await readdir(this.#folder)).sort()) {
      const file = path.join(this.#folder, name)
      const isLeft =
        /\.new(?:\.wal)?$/.test(name) || (name.endsWith('.words') && !existsSync(file.slice(0, -6)))
      if (isLeft) await rm(file, { force: true })
      const place = placeOf(this.#folder, name)
      if (!place) continue
      const { segment, damage } = await this.#attachOrSetAside(place, damagedFolder)
      if (segment) found.push(segment)
      if (damage) damaged.push({ number: place.number, damage })
    }
    this.#list = found
    return damaged.map(({ number, damage }) => ({ ...damage, lost: this.#lostAround(number, nextPosition) }))
  }

  /** A journal that cannot be read costs what is in it; a file that cannot be read costs all of it. */
  async #attachOrSetAside(
    place: Place,
    damagedFolder: string,
  ): Promise<{ readonly segment?: Segment | undefined; readonly damage?: Damage }> {
    try {
      return { segment: await attachSegment(this.#database, place) }
    } catch (error) {
      if (isNoDamage.test(firstLine(error))) throw error
      const { path: file } = place
      const journal = `${file}.wal`
      if (existsSync(journal)) {
        const movedTo = await setAside(journal, damagedFolder)
        const damage = { file: journal, movedTo, reason: firstLine(error), lost: '' }
        const segment = await attachSegment(this.#database, place).catch(() => undefined)
        if (segment) return { segment, damage }
      }
      const movedTo = await setAside(file, damagedFolder)
      return { damage: { file, movedTo, reason: firstLine(error), lost: '' } }
    }
  }

  /** What no segment holds around the one of this number, or at its end. */
  #lostAround(number: number, nextPosition: number): string {
    const before = this.#list.findLast((segment) => segment.number <= number)?.lastPosition
    const after = this.#list.find((segment) => segment.number > number)?.firstPosition ?? nextPosition
    return before === undefined ? `up to ${after - 1} events` : `up to ${after - before - 1} events`
  }

  /** The database was closed and opened again: attaches everything anew. Resolves with what could not be. */
  async reopen(damagedFolder: string): Promise<readonly Damage[]> {
    const damages: Damage[] = []
    this.#weight = undefined
    for (const segment of this.#list) {
      const { day, records } = segment
      if (!existsSync(segment.path) && records === 0) continue
      const { segment: found, damage } = await this.#attachOrSetAside(segment, damagedFolder)
      // What it says now counts: nobody knows whether a commit that failed is in it.
      this.#list = this.#list.flatMap((one) => (one === segment ? (found ?? []) : one))
      if (!damage) continue
      damages.push({ ...damage, lost: `up to ${records} events of ${day}` })
    }
    return damages
  }

  /** Takes a segment that cannot be read out of service. */
  async giveUp(segment: Segment, damagedFolder: string, reason: string): Promise<Damage> {
    const { path: file, records, day, number, schema } = segment
    this.#weight = undefined
    this.#list = this.#list.filter((one) => one.number !== number)
    await this.#database.whenUnread(() =>
      this.#database.writer.run(`DETACH ${schema}`).catch(() => undefined),
    )
    const movedTo = existsSync(file) ? await setAside(file, damagedFolder) : file
    return { file, movedTo, reason, lost: `${records} events of ${day}` }
  }

  /** Moves the records of log files, all of one day, into the newest segment, or a new one when another day began or that one is full. */
  async load(files: readonly LogFile[]): Promise<void> {
    const logs = files.filter(({ records, number }) => records > 0 && number > this.applied)
    const extents: Extent[] = []
    for (const log of logs) extents.push(log.extent ?? (await this.#readExtent(log)))
    const extent = extents.reduce(together, noExtent)
    if (extent.records === 0) return
    if (!Number.isFinite(extent.firstMs)) throw new Error('Invalid Input Error: a record has no time')
    const { segment: before, weight } = await this.#target(
      new Date(extent.firstMs).toISOString().slice(0, 10),
      logs,
    )
    const after: Segment = {
      ...before,
      ...together(before, extent),
      applied: Math.max(...logs.map(({ number }) => number)),
    }
    const bytes = logs.reduce((sum, log) => sum + log.bytes, 0)
    const insert = insertFromLogs(after.schema, linesOf(logs))
    await this.#database.withMemoryFor(bytes, () =>
      this.#database.inTransaction(async () => {
        await this.#database.writer.run(insert.sql, insert.values)
        await writeInfo(this.#database, after)
      }),
    )
    this.#list = this.#list.map((segment) => (segment.number === after.number ? after : segment))
    this.#weight = weight
  }

  async #readExtent(log: LogFile): Promise<Extent> {
    const { sql, values } = logExtent(linesOf([log]))
    const [row] = await this.#database.read(sql, values)
    const [records = 0, alerts = 0, firstPosition = 0, lastPosition = 0, firstMs = 0, lastMs = 0] = (
      row ?? []
    ).map(Number)
    return { records, alerts, firstPosition, lastPosition, firstMs, lastMs }
  }

  /** Detaches and deletes: all its records and their space are gone. */
  async drop(segment: Segment): Promise<void> {
    this.#weight = undefined
    this.#list = this.#list.filter(({ number }) => number !== segment.number)
    await this.#database.whenUnread(() => this.#database.writer.run(`DETACH ${segment.schema}`))
    await removeFile(segment.path)
  }

  /** Replaces the segment by one that holds its alerts only, in steps; the space of the rest is given back. */
  keepAlertsOnly(segment: Segment): AsyncGenerator<undefined, void> {
    return this.#rewrite(segment, this.#database.copier, true)
  }

  /** The same records in a file without holes, in steps: loads of a few records leave some. */
  compact(segment: Segment): AsyncGenerator<undefined, void> {
    return this.#rewrite(segment, this.#database.copier, false)
  }

  /** The same at once: of a file that is still open while its name is gone. */
  async save(segment: Segment): Promise<void> {
    for await (const _ of this.#rewrite(segment, this.#database.writer, false));
  }

  async *#rewrite(
    { number, day }: Segment,
    connection: DuckDBConnection,
    alertsOnly: boolean,
  ): AsyncGenerator<undefined, void> {
    const current = () => {
      const segment = this.#list.find((one) => one.number === number)
      if (!segment) throw new Error(`the segment of ${day} is gone`)
      return segment
    }
    const turn = ++this.#copies
    const after = yield* rewrite({ database: this.#database, connection, current, alertsOnly, turn })
    this.#list = this.#list.map((one) => (one.number === number ? after : one))
  }

  async sizeBytes(): Promise<number> {
    let sum = 0
    for (const { path: file } of this.#list) {
      for (const end of ['', '.wal', '.words'])
        if (existsSync(file + end)) sum += (await stat(file + end)).size
    }
    return sum
  }

  async #target(
    day: string,
    logs: readonly LogFile[],
  ): Promise<{ readonly segment: Segment; readonly weight: RowWeight | undefined }> {
    const newest = this.#list.at(-1)
    // A clock that was set back a little does not open a segment. After a wrong date a new one is opened: the other would grow until that day comes.
    const isItsDay = newest && day <= newest.day && daysBetween(day, newest.day) <= 1
    if (isItsDay && newest.format === format && (await stat(newest.path)).size < this.#maxBytes) {
      this.#weight ??= await this.#readWeight(newest)
      const weight = this.#weight.with(logs)
      if (weight) return { segment: newest, weight }
    }
    const segment = await this.#create(day)
    this.#weight = new RowWeight(this.bytesAtOnce)
    return { segment, weight: this.#weight.with(logs) }
  }

  async #readWeight({ schema, lastPosition }: Segment): Promise<RowWeight> {
    const sql = `SELECT count(*), coalesce(sum(strlen(text) + strlen(document) + coalesce(strlen(alert_document), 0)), 0)
      FROM ${schema}.records WHERE position > ${lastPosition - vectorLength}`
    try {
      const [row] = await this.#database.read(sql, [])
      return new RowWeight(this.bytesAtOnce, [{ records: Number(row?.[0]), bytes: Number(row?.[1]) }])
    } catch (error) {
      if (!isNoDamage.test(firstLine(error))) throw error
      return new RowWeight(this.bytesAtOnce, [{ records: 0, bytes: Infinity }])
    }
  }

  async #create(day: string): Promise<Segment> {
    const newest = this.#list.at(-1)
    if (newest) await this.#database.writer.run(`CHECKPOINT ${newest.schema}`)
    const place = newPlace(this.#folder, (newest?.number ?? 0) + 1, day)
    const { path: file } = place
    await removeFile(file)
    const segment: Segment = { ...place, ...noExtent, schema: schemaOf(place), applied: 0, format }
    const { writer } = this.#database
    await writer.run(attach(file, segment.schema))
    try {
      await this.#database.inTransaction(() => createTables(this.#database, segment.schema))
      await syncFolder(this.#folder)
    } catch (error) {
      await writer.run(`DETACH ${segment.schema}`)
      await removeFile(file)
      throw error
    }
    this.#list = [...this.#list, segment]
    return segment
  }
}

/** All of one format. */
function linesOf(logs: readonly LogFile[]): LogFiles {
  return {
    paths: logs.map((log) => log.path),
    longestLine: Math.max(...logs.map((log) => log.longestLine)),
    format: logs[0]?.format ?? format,
  }
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000
}
