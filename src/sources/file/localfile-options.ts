import { compilePattern } from '../../dialect/compile-pattern.ts'
import type { Dialect, Pattern } from '../../dialect/pattern.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'
import type { ByteString } from '../../event/byte-string.ts'
import {
  integer,
  lenient,
  option,
  parseSeconds,
  parseSize,
  repeated,
  seconds,
  text,
  yesNo,
  type Read,
} from '../../config/option.ts'
import type { Label } from './labels.ts'
import { acceptedFormats, parseLogFormat, type LogFormat } from './log-format.ts'

export interface FutureOnly {
  readonly isOn: boolean
  /** Larger backlogs are skipped; `undefined`: never. */
  readonly longestBacklogBytes: number | undefined
}

export interface MultilineRegex {
  readonly pattern: Pattern
  readonly match: 'start' | 'all' | 'end'
  readonly joint: string
  readonly timeoutSeconds: number
}

/** `type` of `ignore` and `restrict`, as written. */
export const patternTypes: Readonly<Record<string, Dialect>> = {
  PCRE2: 'pcre2',
  osregex: 'osregex',
  osmatch: 'osmatch',
}
export const joints: Readonly<Record<string, string>> = {
  'no-replace': '\n',
  wspace: ' ',
  tab: '\t',
  none: '',
}
export const regexPlaces = ['start', 'all', 'end'] as const
export const regexTimeout = { min: 1, max: 120, fallback: 5 }

export function attribute(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((found) => found.name === name)?.value
}

function strangeAttribute(element: XmlElement, known: readonly string[]): string | undefined {
  const strange = element.attributes.find(({ name }) => !known.includes(name))
  return strange && `has no attribute ${strange.name}`
}

function readPattern(element: XmlElement): Read<Pattern> {
  const strange = strangeAttribute(element, ['type'])
  if (strange !== undefined) return { wrong: strange }
  const dialect = patternTypes[attribute(element, 'type') ?? 'PCRE2'] ?? 'pcre2'
  return compiled(dialect, element.content)
}

function compiled(dialect: Dialect, content: string): Read<Pattern> {
  if (content === '') return { wrong: 'must not be empty' }
  const result = compilePattern(dialect, content)
  return 'problem' in result
    ? { wrong: `does not work: ${result.problem.message}` }
    : { value: result.pattern }
}

function readMultilineRegex(element: XmlElement): Read<MultilineRegex> {
  const result = compiled('pcre2', element.content)
  if ('wrong' in result) return result
  const timeout = parseSeconds(attribute(element, 'timeout') ?? '') ?? regexTimeout.fallback
  const isInRange = timeout >= regexTimeout.min && timeout <= regexTimeout.max
  return {
    value: {
      pattern: result.value,
      match: regexPlaces.find((place) => place === attribute(element, 'match')) ?? 'start',
      joint: joints[attribute(element, 'replace') ?? 'no-replace'] ?? '\n',
      timeoutSeconds: isInRange ? timeout : regexTimeout.fallback,
    },
  }
}

function readFutureOnly(element: XmlElement): Read<FutureOnly> {
  if (element.content !== 'yes' && element.content !== 'no') return { wrong: 'must be yes or no' }
  const limit = attribute(element, 'max-size')
  const longestBacklogBytes = limit === undefined ? undefined : parseSize(limit)
  if (limit !== undefined && longestBacklogBytes === undefined)
    return { wrong: `has a max-size that is no size such as 64K, 12M or 2G (${limit})` }
  return { value: { isOn: element.content === 'yes', longestBacklogBytes } }
}

function readLabel(element: XmlElement): Read<Label> {
  const key = attribute(element, 'key')
  return key === undefined || key === ''
    ? { wrong: 'needs an attribute key' }
    : { value: { key, value: element.content } }
}

/** Options that only other operating systems or other queues use: read, and warned about by `check`. */
const unused = (element: string, summary: string) => text(element, undefined, summary)

export const localfileOptions = {
  location: text('location', undefined, 'Path of the file; wildcards and date patterns are allowed.'),
  format: option<LogFormat | undefined>('log_format', undefined, 'What the file holds.', {
    accepts: acceptedFormats,
    read: ({ content }) => {
      const value = parseLogFormat(content)
      return value ? { value } : { wrong: `must be ${acceptedFormats}` }
    },
  }),
  futureOnly: lenient(
    option<FutureOnly>(
      'only-future-events',
      { isOn: true, longestBacklogBytes: undefined },
      'yes: what a file holds when it is seen for the very first time is not read. Its attribute max-size skips larger backlogs.',
      { accepts: 'yes or no, with an attribute max-size such as 10M', read: readFutureOnly },
    ),
  ),
  oldest: seconds('age', undefined, 'Files not written for longer than this are left alone.'),
  excludes: repeated<ByteString>('exclude', 'Paths that match this pattern are left out.', {
    accepts: 'a path with wildcards',
    read: ({ content }) => (content === '' ? { wrong: 'must not be empty' } : { value: content }),
  }),
  ignoresBinaries: yesNo(
    'ignore_binaries',
    false,
    'Files that hold NUL bytes near their beginning are left alone.',
  ),
  labels: repeated<Label>('label', 'Adds a field to every JSON event; its name is the attribute key.', {
    accepts: 'text, with an attribute key',
    read: readLabel,
  }),
  outFormat: text(
    'out_format',
    undefined,
    'What is sent instead of the line: $(log), $(timestamp), $(location) and others.',
  ),
  ignores: repeated<Pattern>('ignore', 'Lines that match any of these are left out.', {
    accepts: 'a pattern, with an attribute type: PCRE2, osregex or osmatch',
    read: readPattern,
  }),
  restricts: repeated<Pattern>('restrict', 'Lines that do not match all of these are left out.', {
    accepts: 'a pattern, with an attribute type: PCRE2, osregex or osmatch',
    read: readPattern,
  }),
  multilineRegex: option<MultilineRegex | undefined>(
    'multiline_regex',
    undefined,
    'Where an event of several lines begins or ends.',
    { accepts: 'a PCRE2 pattern, with attributes match, replace and timeout', read: readMultilineRegex },
  ),
  unwrap: yesNo(
    'unwrap',
    true,
    'Takes what a container wrote out of the lines of container logs. no: the lines as they are.',
  ),
  linesPerSecond: integer(
    'rate_limit',
    5_000,
    'Lines a second that each container may write for long; more are counted and left out. 0: no limit.',
    { min: 0, max: 1_000_000 },
  ),
  command: text(
    'command',
    undefined,
    'Line for the shell, of log_format command and full_command. What it prints are events; it is ended after its period, 5 minutes at most.',
  ),
  alias: text('alias', undefined, 'What the command is called in events, in its place.'),
  frequency: option('frequency', 360, 'Seconds from one run of the command to the next.', {
    accepts: 'whole seconds from 1, hourly or daily',
    read: ({ content }) => {
      const named = content === 'hourly' ? 3600 : content === 'daily' ? 86_400 : undefined
      const value = named ?? (/^\d{1,9}$/.test(content) ? Number(content) : 0)
      return value >= 1 ? { value } : { wrong: 'must be whole seconds from 1, hourly or daily' }
    },
  }),
  target: unused('target', 'Socket to send to (not available).'),
  query: unused('query', 'Of Windows and macOS (not available).'),
  reconnectTime: unused('reconnect_time', 'Of Windows (not available).'),
  filter: unused('filter', 'Of journald (not available).'),
}
