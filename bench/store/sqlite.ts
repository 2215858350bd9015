// The database a user would otherwise pick, in Node since 22.5: same rows, an index on time, one transaction per batch, flushed.
import path from 'node:path'

import { columns } from '../../src/store/disk/columns.ts'
import type { Entry } from '../../src/store/store.ts'

interface Statement {
  run(...values: readonly (string | number | null)[]): unknown
  all(values: Readonly<Record<string, number>>): unknown[]
}

interface SqliteDatabase {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface SqliteStore {
  append(batch: readonly Entry[]): Promise<void>
  ask(sql: string, day: { readonly fromMs: number; readonly toMs: number }): unknown[]
  close(): void
}

/** `undefined` where Node has no SQLite. */
export async function openSqlite(folder: string): Promise<SqliteStore | undefined> {
  const name = 'node:sqlite' // newer than the types we build with
  const found: unknown = await import(name).catch(() => undefined)
  if (found === undefined) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the documentation of Node 24 says
  const { DatabaseSync } = found as { DatabaseSync: new (file: string) => SqliteDatabase }
  const database = new DatabaseSync(path.join(folder, 'baseline.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536')
  const typed = columns.map((column) => column.name)
  const names = ['position', 'received', 'event_id', 'is_alert', ...typed, 'text', 'document']
  database.exec(
    `CREATE TABLE records (position INTEGER PRIMARY KEY, received INTEGER, event_id TEXT UNIQUE, is_alert INTEGER,
     ${columns.map((column) => `${column.name} ${column.type === 'number' ? 'INTEGER' : 'TEXT'}`).join(', ')},
     text TEXT, document TEXT)`,
  )
  database.exec('CREATE INDEX by_time ON records (received)')
  const insert = database.prepare(
    `INSERT OR IGNORE INTO records (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  let position = 0
  return {
    async append(batch) {
      database.exec('BEGIN')
      for (const entry of batch) {
        const { raw } = entry.event
        const values = columns.map(({ of }) => plain(of(entry)))
        insert.run(
          ++position,
          raw.receivedAtMs,
          raw.id,
          entry.alert ? 1 : 0,
          ...values,
          raw.text,
          entry.document,
        )
      }
      database.exec('COMMIT')
    },
    ask: (sql, { fromMs, toMs }) => database.prepare(sql).all({ $from: fromMs, $to: toMs - 1 }),
    close: () => database.close(),
  }
}

function plain(value: string | number | readonly string[] | undefined): string | number | null {
  if (value === undefined) return null
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}
