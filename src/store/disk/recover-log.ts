import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises'
import path from 'node:path'

import { type LogFile, logPath, type LogState, syncFolder } from './commit-log.ts'
import { type Damage, newerFormat } from './damage.ts'
import { format as newestFormat } from './format.ts'
import { scanGroups, type Scanned } from './group.ts'

export interface Recovered {
  readonly files: readonly LogFile[]
  readonly state: LogState
  readonly lastNumber: number
  /** Bytes at the end of the newest file that were no whole group: an interrupted commit, never acknowledged. */
  readonly tornBytes: number
  /** Position of the first record in the files; that of the next one when there is none. `undefined` without files. */
  readonly firstPosition: number | undefined
  readonly damages: readonly Damage[]
}

const namePattern = /^commit-(\d{10})\.log$/

/**
 * Reads what a stopped process left. Cuts off what was never acknowledged. Of a damaged file the whole commits stay; the file as it was
 * is kept in `damagedFolder`.
 */
export async function recoverLog(folder: string, damagedFolder: string): Promise<Recovered> {
  const numbers = (await readdir(folder))
    .map((name) => Number(namePattern.exec(name)?.[1] ?? NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b)
  const cursors = new Map<string, string>()
  const followers = new Map<string, string>()
  const files: LogFile[] = []
  const damages: Damage[] = []
  let firstPosition: number | undefined
  let next = 1
  let tornBytes = 0
  for (const number of numbers) {
    const file = logPath(folder, number)
    const scanned = scanGroups(await readFile(file))
    const format = formatOf(scanned, file)
    let missing = 0
    let missingBefore = 0
    for (const [index, { facts }] of scanned.groups.entries()) {
      for (const [source, cursor] of Object.entries(facts.cursors)) cursors.set(source, cursor)
      for (const [name, text] of Object.entries(facts.followers)) followers.set(name, text)
      const first = facts.next - facts.records
      if (firstPosition === undefined) firstPosition = first
      else if (index === 0) missingBefore = Math.max(0, first - next)
      else missing += Math.max(0, first - next)
      next = facts.next
    }
    if (missingBefore > 0) damages.push(withGap(damages, file, missingBefore))
    const isTorn = number === numbers.at(-1) && scanned.damagedBytes === 0
    if (isTorn) tornBytes = scanned.tornBytes
    if (isTorn && scanned.tornBytes > 0) await truncate(file, (await stat(file)).size - scanned.tornBytes)
    else if (!isTorn && scanned.damagedBytes + scanned.tornBytes > 0) {
      const movedTo = await keepWholeGroups(file, scanned, damagedFolder)
      const bytes = scanned.damagedBytes + scanned.tornBytes
      damages.push({ file, movedTo, reason: `${bytes} bytes of it are damaged`, lost: lostRecords(missing) })
    }
    const records = scanned.groups.reduce((sum, { facts }) => sum + facts.records, 0)
    files.push({
      number,
      path: file,
      records,
      bytes: bytesOf(scanned),
      longestLine: scanned.longestLine,
      format,
    })
  }
  const state = { cursors, followers, next }
  return { files, state, lastNumber: numbers.at(-1) ?? 0, tornBytes, firstPosition, damages }
}

function formatOf({ groups }: Scanned, file: string): number {
  const format = groups[0]?.facts.format ?? 1
  if (format > newestFormat) throw newerFormat(file, format)
  return format
}

/** Records that no file has: lost at the end of the file before, if that is damaged, or with a file that is gone. */
function withGap(damages: Damage[], file: string, missing: number): Damage {
  const before = damages.at(-1)?.lost === lostRecords(0) ? damages.pop() : undefined
  const gone = { file, movedTo: file, reason: 'the commits before it are gone' }
  return { ...(before ?? gone), lost: lostRecords(missing) }
}

function lostRecords(count: number): string {
  return count > 0 ? `${count} events` : 'what was in its damaged part'
}

export function bytesOf({ groups }: Scanned): number {
  return groups.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** Makes a damaged log file one that has its whole groups only. Resolves with where the file as it was is kept. */
export async function keepWholeGroups(file: string, { groups }: Scanned, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const kept = path.join(folder, path.basename(file))
  await copyFile(file, kept, constants.COPYFILE_FICLONE)
  const content = await readFile(file)
  const repaired = `${file}.repaired`
  await rm(repaired, { force: true })
  const handle = await open(repaired, 'wx', 0o600)
  try {
    await handle.writeFile(Buffer.concat(groups.map(({ from, to }) => content.subarray(from, to))))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(repaired, file)
  await syncFolder(path.dirname(file))
  return kept
}
