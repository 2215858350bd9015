import type { DuckDBConnection } from '@duckdb/node-api'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'

import { syncFolder } from './commit-log.ts'
import type { Database } from './database.ts'
import { format, inNewestFormat } from './format.ts'
import { attach, createTables, removeFile, type Segment, writeInfo } from './segment-file.ts'
import { Values } from './statement.ts'
import { cut, inRanges, lengthOf, type Range } from './words/ranges.ts'

/** So many records are copied in a step. The database keeps what it read and wrote meanwhile: 55 MB less than with 20,480 and hardly more than with 4,096. */
const stepRecords = 8192

export interface Rewriting {
  readonly database: Database
  /** Used for nothing else until the end. */
  readonly connection: DuckDBConnection
  /** The segment as it is now; throws when there is none any more. */
  readonly current: () => Segment
  readonly alertsOnly: boolean
  /** Tells copies of one segment apart. */
  readonly turn: number
}

/**
 * Copies a segment into a file beside it, some of it in every step, and gives that file its place in the last one. What is loaded between steps comes along.
 * A crash leaves the old file or the new one whole; a copy that was not finished is deleted when the store is opened. Gives what the segment is then.
 */
export async function* rewrite(rewriting: Rewriting): AsyncGenerator<undefined, Segment> {
  const { database, current, alertsOnly, turn } = rewriting
  const { writer } = database
  const old = current()
  const copy = { path: `${old.path}.${turn}.new`, schema: `${old.schema}_copy${turn}` }
  await removeFile(copy.path)
  await writer.run(attach(copy.path, copy.schema))
  try {
    await database.inTransaction(() => createTables(database, copy.schema))
    for (let from = old.firstPosition; from <= current().lastPosition;) {
      // A transaction does not see what is loaded after it began.
      const until = current().lastPosition
      yield* copied(rewriting, copy.schema, { from, to: until })
      from = until + 1
    }
    const segment = current()
    const after = { ...segment, format, records: alertsOnly ? segment.alerts : segment.records }
    await database.inTransaction(() => writeInfo(database, { ...after, schema: copy.schema }))
    await writer.run(`CHECKPOINT ${copy.schema}`)
    await writer.run(`DETACH ${copy.schema}`)
    await takePlace(database, segment, copy.path)
    return after
  } finally {
    // Gone when all went well.
    await writer.run(`DETACH DATABASE IF EXISTS ${copy.schema}`).catch(() => undefined)
    await removeFile(copy.path)
  }
}

/** In one transaction, which writes whole row groups to the file as it goes. */
async function* copied(
  { database, connection, current, alertsOnly }: Rewriting,
  target: string,
  { from, to }: Range,
): AsyncGenerator<undefined, void> {
  const { schema, format, records, alerts, firstPosition, lastPosition } = current()
  const share = (alertsOnly ? alerts : records) / lengthOf({ from: firstPosition, to: lastPosition })
  const length = Math.ceil(stepRecords / Math.max(share, 1 / 100))
  let isOpen = true
  await connection.run('BEGIN')
  try {
    for (let left: Range | undefined = { from, to }; left;) {
      const [piece, rest]: ReturnType<typeof cut> = cut(left, length, false)
      await database.spareThreads()
      const values = new Values()
      await connection.run(
        `INSERT INTO ${target}.records SELECT ${inNewestFormat(format, values)} FROM ${schema}.records
         WHERE ${inRanges([piece])}${alertsOnly ? ' AND alert_id IS NOT NULL' : ''}`,
        values.list,
      )
      await database.forgetFiles()
      left = rest
      if (left) yield
    }
    await connection.run('COMMIT')
    isOpen = false
  } finally {
    if (isOpen) await connection.run('ROLLBACK').catch(() => undefined)
  }
}

async function takePlace(database: Database, segment: Segment, copy: string): Promise<void> {
  const { writer } = database
  await database.whenUnread(async () => {
    // Empties the old file's journal: it must not be there when the new file takes the name.
    await writer.run(`CHECKPOINT ${segment.schema}`)
    await writer.run(`DETACH ${segment.schema}`)
    try {
      await rename(copy, segment.path)
      await rm(`${segment.path}.wal`, { force: true })
      await syncFolder(path.dirname(segment.path))
    } finally {
      await writer.run(attach(segment.path, segment.schema))
    }
  })
}
