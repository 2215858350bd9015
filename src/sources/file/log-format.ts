/** Formats whose unit is one line of text (spec/configuration.md §3.3); the names only differ for people. */
const lineFormats = [
  'syslog',
  'generic',
  'snort-full',
  'snort-fast',
  'apache',
  'iis',
  'squid',
  'nmapg',
  'mysql_log',
  'postgresql_log',
  'mssql_log',
  'ossecalert',
  'djb-multilog',
  'syslog-pipe',
] as const
const foreignFormats = ['eventlog', 'eventchannel', 'macos', 'journald'] as const

export type LogFormat =
  | { readonly kind: 'lines'; readonly word: string }
  | { readonly kind: 'json' }
  | { readonly kind: 'audit' }
  | { readonly kind: 'multi-line'; readonly count: number }
  | { readonly kind: 'multi-line-regex' }
  /** What a command prints; `isFull`: all of it is one event. */
  | { readonly kind: 'command'; readonly isFull: boolean }
  /** Known, but not read by this source: the reason is for people. */
  | { readonly kind: 'unsupported'; readonly word: string; readonly reason: string }

export const acceptedFormats =
  'json, syslog or another line format, audit, multi-line: N, multi-line-regex, command or full_command'

const longestMultiLine = 10_000

/** `undefined`: no format of that name exists. */
export function parseLogFormat(word: string): LogFormat | undefined {
  if (word === 'json' || word === 'audit' || word === 'multi-line-regex') return { kind: word }
  if (isOneOf(lineFormats, word)) return { kind: 'lines', word }
  if (word === 'command' || word === 'full_command')
    return { kind: 'command', isFull: word === 'full_command' }
  if (isOneOf(foreignFormats, word))
    return { kind: 'unsupported', word, reason: 'it is not available here; nothing is read for this block' }
  const [, digits] = /^multi-line: *(\d{1,5})$/.exec(word) ?? []
  const count = Number(digits)
  return count >= 1 && count <= longestMultiLine ? { kind: 'multi-line', count } : undefined
}

function isOneOf(words: readonly string[], word: string): boolean {
  return words.includes(word)
}
