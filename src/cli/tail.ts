import { NoServer } from '../store/remote/client.ts'
import { predicate } from '../store/query/predicate.ts'
import type { Command } from './command.ts'
import { formatHit, header } from './hit-format.ts'
import { print, reportProblems } from './search.ts'
import { searchArguments } from './search-arguments.ts'
import { NoStore, remoteStore } from './store-access.ts'

export const command: Command = {
  name: 'tail',
  summary: 'Prints alerts or events as they are stored.',
  usage: `Usage: quaywatch tail [QUERY] [options]

  quaywatch tail 'rule.level >= 7'

  --home DIR         home of a running manager
  --dataset NAME     alerts (default) or events
  --format FORMAT    table, ndjson or csv (default: table on a terminal, ndjson in a pipe)`,
  run: (args) => reportProblems('tail', () => tail(args)),
}

async function tail(args: readonly string[]): Promise<number> {
  const { home, query, dataset, format } = searchArguments(args, Date.now(), process.stdout.isTTY)
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const matches = predicate(query)
  await print(header(format))
  try {
    for await (const { hits } of remoteStore(home).follow(dataset, undefined, stop.signal)) {
      for (const hit of hits)
        if (matches(hit.document)) await print(formatHit(hit, format, process.stdout.columns))
    }
  } catch (error) {
    if (stop.signal.aborted) return 0
    if (error instanceof NoServer)
      throw new NoStore(`no manager runs on ${home}; 'quaywatch search' reads without one`)
    throw error
  }
  process.stderr.write('quaywatch tail: the manager stopped\n')
  return 1
}
