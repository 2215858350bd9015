import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { homeFolder } from '../home.ts'
import type { Verified } from '../store/kept-store.ts'
import { printable } from '../telemetry/printable.ts'
import type { Command } from './command.ts'
import { print, reportProblems } from './search.ts'
import { stats } from './stats.ts'
import { withStore } from './store-access.ts'
import { UsageProblem } from './time-argument.ts'

const usage = `Usage: quaywatch store ACTION [options]

  stats              says how much is stored and since when
  verify             reads every record and every commit; exit code 1 when something is damaged
  compact            writes every file of the store anew, without holes
  backup FOLDER      copies the store as it is now; FOLDER must not exist or be empty
  restore FOLDER     makes the store of a home that has nothing (but etc/) out of a backup

  --home DIR         where the manager keeps its data
  --json             one JSON object

All but restore also work while the manager runs. A backup holds what is in data/: etc/ and logs/ are files that any tool can copy.`

export const command: Command = {
  name: 'store',
  summary: 'Verifies, compacts, backs up and restores what is stored.',
  usage,
  run: (args) => reportProblems('store', () => run(args)),
}

interface Asked {
  readonly home: string
  readonly folder: string | undefined
  readonly asJson: boolean
}

const actions: Readonly<Record<string, (asked: Asked) => Promise<number>>> = {
  verify,
  compact,
  backup,
  restore,
}

async function run([action = '', ...args]: readonly string[]): Promise<number> {
  if (action === 'stats') return stats(args)
  const work = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (!work) throw new UsageProblem(`'${action}' is no action\n${usage}`)
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { home: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const takesFolder = work === backup || work === restore
  if (positionals.length !== (takesFolder ? 1 : 0))
    throw new UsageProblem(takesFolder ? `${action} takes one folder` : `${action} takes no folder`)
  const [folder] = positionals
  return work({
    home: homeFolder(values.home),
    folder: folder === undefined ? undefined : path.resolve(folder),
    asJson: values.json,
  })
}

async function verify({ home, asJson }: Asked): Promise<number> {
  const found: Verified['damages'][number][] = []
  const verified = await withStore(
    home,
    (store) => store.verify(),
    ({ file, movedTo, reason }) =>
      found.push({ file, reason: file === movedTo ? reason : `${reason}; moved to ${movedTo}` }),
  )
  const damages = [...found, ...verified.damages]
  const lines = [
    `${verified.records} records, ${verified.alerts} of them alerts in ${verified.segments} segments`,
    `${verified.groups} commits in ${verified.logFiles} log files`,
    ...damages.map(({ file, reason }) => `damaged: ${file}: ${reason}`),
    damages.length === 0 ? 'nothing is damaged' : `${damages.length} damaged files`,
  ]
  await show(asJson, { ...verified, damages }, lines)
  return damages.length === 0 ? 0 : 1
}

async function compact({ home, asJson }: Asked): Promise<number> {
  const done = await withStore(home, (store) => store.compact())
  await show(asJson, done, [
    `${done.segments} segments, ${mebibytes(done.bytesBefore)} before, ${mebibytes(done.bytesAfter)} now`,
  ])
  return 0
}

async function backup({ home, folder = '', asJson }: Asked): Promise<number> {
  const done = await withStore(home, (store) => store.backup(folder))
  await show(asJson, done, [
    `${done.files} files, ${mebibytes(done.sizeBytes)}, up to record ${done.head}: ${done.folder}`,
  ])
  return 0
}

async function restore({ home, folder = '', asJson }: Asked): Promise<number> {
  if (!existsSync(folder)) throw new UsageProblem(`there is no backup ${folder}`)
  const { restore: restoreFiles } = await import('../store/disk/backup.ts')
  const done = await restoreFiles(folder, home)
  await show(asJson, { home, ...done }, [`${done.files} files, up to record ${done.head}: ${home}`])
  return 0
}

async function show(asJson: boolean, result: unknown, lines: readonly string[]): Promise<void> {
  await print(asJson ? `${JSON.stringify(result)}\n` : lines.map((line) => `${printable(line)}\n`).join(''))
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
