import { once } from 'node:events'

import type { Hit } from '../store/store.ts'
import type { Command } from './command.ts'
import { formatHit, header } from './hit-format.ts'
import { type SearchArguments, searchArguments, searchOptions } from './search-arguments.ts'
import { NoStore, type StoreReader, withStore } from './store-access.ts'
import { UsageProblem } from './time-argument.ts'

const pageLength = 1000

export const command: Command = {
  name: 'search',
  summary: 'Finds stored alerts and events, also while the manager runs.',
  usage: `Usage: quaywatch search [QUERY] [options]

  quaywatch search 'rule.level >= 7 and data.docker.Type: container' --from 24h

${searchOptions}`,
  run: (args) => reportProblems('search', () => search(args)),
}

async function search(args: readonly string[]): Promise<number> {
  const wanted = searchArguments(args, Date.now(), process.stdout.isTTY)
  const limit = wanted.limit ?? (wanted.format === 'table' ? 100 : Infinity)
  const isWhole = await withStore(wanted.home, (store) => printPages(store, wanted, limit))
  return isWhole ? 0 : 1
}

/** False when something is missing, which is said. */
async function printPages(store: StoreReader, wanted: SearchArguments, limit: number): Promise<boolean> {
  const { query, dataset, order, fromMs, toMs } = wanted
  const time = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) }
  let left = limit
  let isWhole = true
  let last: Hit | undefined
  do {
    const size = Math.min(left, pageLength)
    const after = last === undefined ? {} : { after: last.position }
    const page = await store.search(
      { query, dataset, order, limit: size, counting: false, ...time, ...after },
      new AbortController().signal,
    )
    if (last === undefined) await print(header(wanted.format))
    for (const hit of page.hits) await print(formatHit(hit, wanted.format, process.stdout.columns))
    if (page.partial !== undefined) {
      isWhole = false
      process.stderr.write(`quaywatch search: incomplete: ${page.partial}\n`)
    }
    last = page.hits.length < size ? undefined : page.hits.at(-1)
    left -= page.hits.length
  } while (last !== undefined && left > 0)
  return isWhole
}

/** Waits for a slow reader instead of filling memory. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** What the user can mend is one sentence, without a stack. */
export async function reportProblems(name: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UsageProblem || error instanceof NoStore)) throw error
    process.stderr.write(`quaywatch ${name}: ${error.message}\n`)
    return error instanceof UsageProblem ? 2 : 1
  }
}
