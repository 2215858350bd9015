import { parseArgs } from 'node:util'

import { homeFolder } from '../home.ts'
import { parseQuery } from '../store/query/parse.ts'
import type { Query } from '../store/query/query.ts'
import type { Dataset } from '../store/store.ts'
import { printable } from '../telemetry/printable.ts'
import { formats, type HitFormat } from './hit-format.ts'
import { timeArgument, UsageProblem } from './time-argument.ts'

export interface SearchArguments {
  readonly home: string
  readonly query: Query
  readonly dataset: Dataset
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  readonly limit: number | undefined
  readonly format: HitFormat
  readonly order: 'newest' | 'oldest'
}

export const searchOptions = `  --home DIR         where the manager keeps its data
  --dataset NAME     alerts (default) or events
  --from TIME        24h, 7d, 2026-11-22, 2026-11-22T10:00:00Z
  --to TIME          the same; exclusive
  --limit N          at most N records (default: 100 for a table, else all)
  --oldest           oldest first
  --format FORMAT    table, ndjson or csv (default: table on a terminal, ndjson in a pipe)`

/** Throws `UsageProblem` with a sentence for the user. */
export function searchArguments(
  args: readonly string[],
  nowMs: number,
  isTerminal: boolean,
): SearchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      dataset: { type: 'string', default: 'alerts' },
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string' },
      oldest: { type: 'boolean', default: false },
      format: { type: 'string', default: isTerminal ? 'table' : 'ndjson' },
    },
  })
  const { dataset, from, to, limit } = values
  if (dataset !== 'alerts' && dataset !== 'events')
    throw new UsageProblem(`--dataset must be alerts or events, not '${dataset}'`)
  const format = formats.find((name) => name === values.format)
  if (!format) throw new UsageProblem(`--format must be ${formats.join(', ')}, not '${values.format}'`)
  if (limit !== undefined && !/^[1-9]\d{0,9}$/.test(limit))
    throw new UsageProblem(`--limit must be a whole number from 1, not '${limit}'`)
  return {
    home: homeFolder(values.home),
    query: queryArgument(positionals.join(' ')),
    dataset,
    fromMs: from === undefined ? undefined : timeArgument('--from', from, nowMs),
    toMs: to === undefined ? undefined : timeArgument('--to', to, nowMs),
    limit: limit === undefined ? undefined : Number(limit),
    format,
    order: values.oldest ? 'oldest' : 'newest',
  }
}

function queryArgument(text: string): Query {
  const parsed = parseQuery(text)
  if ('query' in parsed) return parsed.query
  const { message, position, hint } = parsed.error
  const marked = `  ${printable(text)}\n  ${' '.repeat(printable(text.slice(0, position)).length)}^`
  throw new UsageProblem(`${message}\n${marked}${hint === undefined ? '' : `\n${hint}`}`)
}
