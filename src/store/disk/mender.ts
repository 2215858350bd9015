import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { LogFile } from './commit-log.ts'
import { type Damage, firstLine, isNoDamage, setAside } from './damage.ts'
import type { Database } from './database.ts'
import { scanGroups } from './group.ts'
import { bytesOf, keepWholeGroups } from './recover-log.ts'
import type { Segment } from './segment-file.ts'
import type { Segments } from './segments.ts'
import { readSegment } from './verify.ts'

/** What is in a log file is wrong: loading it again would not help. */
const neverLoads = /^(?:Invalid Input|Conversion|Out of Range|Parser) Error/
const damaged =
  /Corrupt|checksum|Could not read|not a valid DuckDB|Serialization Error|INTERNAL Error|Deserialize/i
/** DuckDB does nothing more until it is opened again, or its files are not where it has them open. */
const stuck =
  /invalidated|FATAL Error|Read-only file system|Input\/output error|Stale file handle|database is closed/i

export interface MenderParts {
  readonly folder: string
  readonly database: Database
  readonly segments: Segments
  readonly damagedFolder: string
  readonly report: (damage: Damage) => void
}

/** Keeps the store going when its files are damaged while it is open. Nothing else may change segments meanwhile. */
export class Mender {
  readonly #parts: MenderParts

  constructor(parts: MenderParts) {
    this.#parts = parts
  }

  /** After a log file could not be loaded: what is to be loaded instead, if anything. Throws `error` again when the file is not to blame. */
  async logFile(file: LogFile, error: unknown): Promise<LogFile | undefined> {
    const { damagedFolder, report } = this.#parts
    const all = `${file.records} events`
    if (!existsSync(file.path)) {
      report({ file: file.path, movedTo: file.path, reason: 'it was deleted', lost: all })
      return undefined
    }
    const reason = firstLine(error)
    if (!neverLoads.test(reason)) throw error
    const scanned = scanGroups(await readFile(file.path))
    if (scanned.damagedBytes + scanned.tornBytes === 0) {
      const movedTo = await setAside(file.path, damagedFolder)
      report({ file: file.path, movedTo, reason, lost: all })
      return undefined
    }
    const movedTo = await keepWholeGroups(file.path, scanned, damagedFolder)
    const records = scanned.groups.reduce((sum, { facts }) => sum + facts.records, 0)
    report({ file: file.path, movedTo, reason, lost: `${file.records - records} events` })
    return {
      number: file.number,
      path: file.path,
      records,
      bytes: bytesOf(scanned),
      longestLine: scanned.longestLine,
      format: file.format,
    }
  }

  /** After a statement failed. True when something was mended, so that it may be tried again. */
  async afterFailure(error: unknown): Promise<boolean> {
    const { segments, damagedFolder, report } = this.#parts
    const reason = firstLine(error)
    const isStuck = stuck.test(reason)
    if (!isStuck && !damaged.test(reason)) return false
    if (isStuck && !(await this.#reopened())) return false
    let mended = isStuck
    for (const segment of segments.list) {
      const unreadable = await this.#unreadable(segment)
      if (unreadable === undefined) continue
      report(await segments.giveUp(segment, damagedFolder, unreadable))
      mended = true
    }
    return mended
  }

  /** A segment whose file was deleted is written anew from what is still open. */
  async replaceMissing(list: readonly Segment[]): Promise<void> {
    const { segments, damagedFolder, report } = this.#parts
    for (const segment of list) {
      if (existsSync(segment.path)) continue
      const reason = 'it was deleted while it was in use'
      try {
        await segments.save(segment)
        report({
          file: segment.path,
          movedTo: segment.path,
          reason: `${reason} and has been written anew`,
          lost: 'nothing',
        })
      } catch {
        report(await segments.giveUp(segment, damagedFolder, reason))
      }
    }
  }

  async #unreadable(segment: Segment): Promise<string | undefined> {
    try {
      await readSegment(this.#parts.database, segment)
      return undefined
    } catch (error) {
      const reason = firstLine(error)
      return isNoDamage.test(reason) ? undefined : reason
    }
  }

  /** Only when files can be written: closing what cannot be opened again would end searches, too. */
  async #reopened(): Promise<boolean> {
    const { folder, database, segments, damagedFolder, report } = this.#parts
    const probe = path.join(folder, 'segments', '.writable')
    try {
      await writeFile(probe, 'x', { flush: true })
      await rm(probe)
      await database.reopen()
    } catch {
      return false
    }
    for (const damage of await segments.reopen(damagedFolder)) report(damage)
    return true
  }
}
