import type { Values } from '../../config/option.ts'
import type { Problem } from '../../dialect/problem.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'
import { hasWildcard } from './glob.ts'
import {
  attribute,
  joints,
  patternTypes,
  regexPlaces,
  regexTimeout,
  type localfileOptions,
} from './localfile-options.ts'
import { parseSeconds } from '../../config/option.ts'

type LocalfileValues = Values<typeof localfileOptions>
type Complaint = (child: XmlElement, options: LocalfileValues) => string | undefined

/** What is missing, and every element that is read but has no effect, by name and with the reason. */
export function checkLocalfile(options: LocalfileValues, block: XmlElement): readonly Problem[] {
  const problems: Problem[] = missing(options, block).map((message) => ({
    code: 'missing-option',
    severity: isUseless(options, block) ? 'error' : 'fatal',
    message,
    at: block.at,
  }))
  for (const child of block.children) {
    const message = complaints[child.name]?.(child, options)
    if (message !== undefined)
      problems.push({
        code: 'option-without-effect',
        severity: 'warning',
        message: `<${child.name}> of <localfile>: ${message}`,
        at: child.at,
      })
  }
  return problems
}

/** An option that was written wrongly has its own problem and is not missing. */
function missing({ format }: LocalfileValues, block: XmlElement): string[] {
  const isWritten = (element: string): boolean => block.children.some(({ name }) => name === element)
  const found: string[] = []
  if (!isWritten('log_format')) found.push('<localfile> needs a <log_format>')
  const isCommand = format?.kind === 'command'
  if (isCommand && !isWritten('command'))
    found.push('<localfile> with log_format command or full_command needs a <command>')
  if (!isCommand && !isWritten('location') && format?.kind !== 'unsupported')
    found.push('<localfile> needs a <location>')
  if (format?.kind === 'multi-line-regex' && !isWritten('multiline_regex'))
    found.push('<localfile> with log_format multi-line-regex needs a <multiline_regex>')
  return found
}

/** A location in place of the command: nothing can be read, but nothing else depends on it. */
function isUseless({ format }: LocalfileValues, block: XmlElement): boolean {
  return format?.kind === 'command' && block.children.some(({ name }) => name === 'location')
}

const commandOnly: Complaint = (_child, { format }) =>
  format?.kind === 'command' ? undefined : 'only commands use it; it is ignored'

const filesOnly: Complaint = (_child, { format }) =>
  format?.kind === 'command' ? 'commands do not use it; it is ignored' : undefined

const patternComplaint: Complaint = (child) => {
  const type = attribute(child, 'type')
  return type === undefined || type in patternTypes
    ? undefined
    : `type ${JSON.stringify(type)} is not PCRE2, osregex or osmatch; PCRE2 is used`
}

const complaints: Readonly<Record<string, Complaint>> = {
  log_format: (_child, { format }) =>
    format?.kind === 'unsupported' ? `log_format ${format.word}: ${format.reason}` : undefined,
  command: commandOnly,
  alias: commandOnly,
  frequency: commandOnly,
  target: (child) =>
    child.content === 'agent'
      ? undefined
      : 'output sockets are not available; every event goes to the manager',
  query: () => 'only Windows and macOS logs have queries; it is ignored',
  reconnect_time: () => 'only Windows event channels use it; it is ignored',
  filter: () => 'only journald uses it; it is ignored',
  ignore: patternComplaint,
  restrict: patternComplaint,
  'only-future-events': filesOnly,
  ignore_binaries: filesOnly,
  unwrap: filesOnly,
  rate_limit: filesOnly,
  location: (_child, { format, command }) =>
    format?.kind === 'command' && command !== undefined ? 'a command is read; it is ignored' : undefined,
  exclude: (child, options) => {
    const { location } = options
    const complaint = filesOnly(child, options)
    if (complaint !== undefined) return complaint
    return location === undefined || hasWildcard(location)
      ? undefined
      : 'has no effect on a <location> without wildcards'
  },
  label: (child, { format }) => {
    if (attribute(child, 'key')?.startsWith('_') === true)
      return 'keys that begin with _ are reserved; it is ignored'
    return format?.kind === 'json' || format?.kind === 'unsupported'
      ? undefined
      : 'labels are only added to log_format json; it is ignored'
  },
  out_format: (child) =>
    attribute(child, 'target') === undefined
      ? undefined
      : 'output sockets are not available; target is ignored',
  multiline_regex: (child, { format }) => {
    if (format?.kind !== 'multi-line-regex') return 'only log_format multi-line-regex uses it; it is ignored'
    return multilineComplaint(child)
  },
  age: (_child, { oldest, format, multilineRegex }) =>
    format?.kind === 'multi-line-regex' && (oldest ?? Infinity) <= (multilineRegex?.timeoutSeconds ?? 0)
      ? 'must be longer than the timeout of <multiline_regex>; it is ignored'
      : undefined,
}

function multilineComplaint(child: XmlElement): string | undefined {
  const match = attribute(child, 'match')
  const replace = attribute(child, 'replace')
  const timeout = attribute(child, 'timeout')
  if (match !== undefined && !regexPlaces.some((place) => place === match))
    return `match ${JSON.stringify(match)} is not start, all or end; start is used`
  if (replace !== undefined && !(replace in joints))
    return `replace ${JSON.stringify(replace)} is not no-replace, wspace, tab or none; no-replace is used`
  const value = timeout === undefined ? regexTimeout.fallback : (parseSeconds(timeout) ?? 0)
  return value >= regexTimeout.min && value <= regexTimeout.max
    ? undefined
    : `timeout ${JSON.stringify(timeout)} is not from 1 to 120 seconds; ${regexTimeout.fallback} is used`
}
