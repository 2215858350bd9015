import { rm } from 'node:fs/promises'
import path from 'node:path'

import { newerFormat } from './damage.ts'
import type { Database } from './database.ts'
import type { Extent } from './extent.ts'
import { createRecords, format as newestFormat } from './format.ts'

/** Where a segment is. */
export interface Place {
  readonly number: number
  /** Day (UTC) of its first record: `2026-11-22`. */
  readonly day: string
  readonly path: string
}

/** One DuckDB file: the records of a period, in the order of their positions. */
export interface Segment extends Place, Extent {
  /** Name it is attached under. */
  readonly schema: string
  /** Number of the last log file it holds. */
  readonly applied: number
  /** What columns its records have. */
  readonly format: number
}

const namePattern = /^segment-(\d{6})-(\d{4}-\d{2}-\d{2})\.duckdb$/

/** `undefined`: the name of another file. */
export function placeOf(folder: string, name: string): Place | undefined {
  const [, number, day] = namePattern.exec(name) ?? []
  if (number === undefined || day === undefined) return undefined
  return { number: Number(number), day, path: path.join(folder, name) }
}

export function newPlace(folder: string, number: number, day: string): Place {
  return { number, day, path: path.join(folder, `segment-${String(number).padStart(6, '0')}-${day}.duckdb`) }
}

export const schemaOf = ({ number }: Place): string => `s${number}`

/** `ATTACH` of a file, which is made when there is none. */
export function attach(file: string, schema: string): string {
  return `ATTACH '${file.replaceAll("'", "''")}' AS ${schema} (ROW_GROUP_SIZE 4096, STORAGE_VERSION 'v1.5.0')`
}

/** Puts a file that is there into service. `undefined`: its creation was interrupted; it held nothing and is removed. */
export async function attachSegment(database: Database, place: Place): Promise<Segment | undefined> {
  const schema = schemaOf(place)
  const { writer } = database
  await writer.run(attach(place.path, schema))
  try {
    if (await isEmpty(database, schema)) {
      await writer.run(`DETACH ${schema}`)
      await removeFile(place.path)
      return undefined
    }
    const info = await readInfo(database, place)
    // Reads from every column, which is where a torn file shows first.
    await database.read(`SELECT * FROM ${schema}.records WHERE position = ${info.lastPosition}`, [])
    return { ...place, schema, ...info }
  } catch (error) {
    // It may fail for the same reason.
    await writer.run(`DETACH ${schema}`).catch(() => undefined)
    throw error
  }
}

async function isEmpty(database: Database, schema: string): Promise<boolean> {
  const sql = 'SELECT count(*) FROM duckdb_tables() WHERE database_name = $1'
  const [row] = await database.read(sql, [schema])
  return Number(row?.[0]) === 0
}

/** In a transaction. */
export async function createTables({ writer }: Database, schema: string): Promise<void> {
  await writer.run(createRecords(schema))
  await writer.run(
    `CREATE TABLE ${schema}.info (format INTEGER, records BIGINT, alerts BIGINT, first_position BIGINT,
     last_position BIGINT, first_ms BIGINT, last_ms BIGINT, applied BIGINT)`,
  )
  await writer.run(`INSERT INTO ${schema}.info VALUES (${newestFormat}, 0, 0, 0, 0, NULL, NULL, 0)`)
}

async function readInfo(
  database: Database,
  place: Place,
): Promise<Extent & Pick<Segment, 'applied' | 'format'>> {
  const [row] = await database.read(
    `SELECT format, records, alerts, first_position, last_position, coalesce(first_ms, 'infinity'::DOUBLE),
     coalesce(last_ms, '-infinity'::DOUBLE), applied FROM ${schemaOf(place)}.info`,
    [],
  )
  if (!row) throw new Error('it does not say what it holds')
  const [format = 0, records = 0, alerts = 0, firstPosition = 0, lastPosition = 0, ...rest] = row.map(Number)
  const [firstMs = Infinity, lastMs = -Infinity, applied = 0] = rest
  if (format > newestFormat) throw newerFormat(place.path, format)
  return { format, records, alerts, firstPosition, lastPosition, firstMs, lastMs, applied }
}

/** In the transaction that changes its records. */
export async function writeInfo({ writer }: Database, segment: Segment): Promise<void> {
  const { schema, records, alerts, firstPosition, lastPosition, firstMs, lastMs, applied } = segment
  await writer.run(
    `UPDATE ${schema}.info SET records = $1, alerts = $2, first_position = $3, last_position = $4,
     first_ms = $5, last_ms = $6, applied = $7`,
    [records, alerts, firstPosition, lastPosition, firstMs, lastMs, applied].map(BigInt),
  )
}

/** With its journal and its words. */
export async function removeFile(file: string): Promise<void> {
  for (const end of ['', '.wal', '.words']) await rm(file + end, { force: true })
}
