import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

import type { Verified } from '../kept-store.ts'
import type { Database } from './database.ts'
import { firstLine } from './damage.ts'
import { scanGroups } from './group.ts'
import type { Segment } from './segment-file.ts'

type Damage = Verified['damages'][number]

/** Reads every column of every record, and checks the sums of every commit. */
export async function verifyFiles(
  database: Database,
  segments: readonly Segment[],
  logFolder: string,
): Promise<Verified> {
  const damages: Damage[] = []
  let records = 0
  let alerts = 0
  for (const segment of segments) {
    try {
      const found = await readSegment(database, segment)
      records += found.records
      alerts += found.alerts
      if (found.records !== segment.records || found.alerts !== segment.alerts)
        damages.push({
          file: segment.path,
          reason: `it has ${found.records} records and ${found.alerts} alerts and should have ${segment.records} and ${segment.alerts}`,
        })
    } catch (error) {
      damages.push({ file: segment.path, reason: firstLine(error) })
    }
  }
  const log = await verifyLog(logFolder)
  return {
    segments: segments.length,
    logFiles: log.files,
    groups: log.groups,
    records: records + log.records,
    alerts,
    damages: [...damages, ...log.damages],
  }
}

/** Reads every column of every record; rejects when one cannot be read. */
export async function readSegment(
  database: Database,
  { schema }: Segment,
): Promise<{ records: number; alerts: number }> {
  // The digest makes DuckDB read every column; it checks the sum of each block it reads from the disk.
  const sql = `SELECT count(*), count(r.alert_id), bit_xor(hash(r)) FROM ${schema}.records r`
  const [row] = await database.read(sql, [])
  return { records: Number(row?.[0]), alerts: Number(row?.[1]) }
}

interface VerifiedLog {
  readonly files: number
  readonly groups: number
  readonly records: number
  readonly damages: readonly Damage[]
}

async function verifyLog(folder: string): Promise<VerifiedLog> {
  const damages: Damage[] = []
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort()
  let groups = 0
  let records = 0
  for (const name of names) {
    const file = path.join(folder, name)
    const found = scanGroups(await readFile(file))
    groups += found.groups.length
    records += found.groups.reduce((sum, { facts }) => sum + facts.records, 0)
    // The end of the newest may be a commit on its way, or one that was interrupted: nobody was told that it is stored.
    const bad = found.damagedBytes + (name === names.at(-1) ? 0 : found.tornBytes)
    if (bad > 0) damages.push({ file, reason: `${bad} bytes are damaged` })
  }
  return { files: names.length, groups, records, damages }
}
