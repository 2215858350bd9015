import { parseArgs } from 'node:util'

import { homeFolder } from '../home.ts'
import type { Command } from './command.ts'
import { print, reportProblems } from './search.ts'
import { withStore } from './store-access.ts'

export const command: Command = {
  name: 'stats',
  summary: 'Says how much is stored and since when.',
  usage: `Usage: quaywatch stats [options]

  --home DIR         where the manager keeps its data
  --json             one JSON object`,
  run: (args) => reportProblems('stats', () => stats(args)),
}

export async function stats(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const found = await withStore(homeFolder(values.home), (store) => store.stats())
  if (values.json) {
    await print(`${JSON.stringify(found)}\n`)
    return 0
  }
  const time = (ms: number | undefined) => (ms === undefined ? '-' : new Date(ms).toISOString())
  const { recordsWithoutWords: missing } = found
  const words =
    missing === undefined
      ? ''
      : `words   written down for all${missing > 0 ? ` but ${missing}` : ''} events\n`
  await print(`events  ${found.events}\nalerts  ${found.alerts}\nsize    ${(found.sizeBytes / 2 ** 20).toFixed(1)} MiB
oldest  ${time(found.oldestMs)}\nnewest  ${time(found.newestMs)}\n${words}`)
  return 0
}
