import type { ByteString } from '../event/byte-string.ts'

export interface HostAndProgram {
  readonly hostname: ByteString | undefined
  readonly programName: ByteString | undefined
  readonly log: ByteString
}

const nameByte = new Uint8Array(256)
for (const unit of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./@()')
  nameByte[unit.charCodeAt(0)] = 1

function afterName(text: ByteString, from: number): number {
  let at = from
  while (at < text.length && nameByte[text.charCodeAt(at)] === 1) at += 1
  return at
}

function afterDigits(text: ByteString, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at += 1
  return at
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

function isAlphanumeric(unit: number): boolean {
  return isDigit(unit) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)
}

/** `host program[pid]: ` behind a timestamp (spec/decoders.md §5.4). `cut`: where the timestamp and its separator end. */
export function readHostAndProgram(text: ByteString, cut: number): HostAndProgram {
  const start = text[cut] === ' ' ? cut + 1 : cut
  const end = afterName(text, start)
  if (text[end] === ':' && text[end + 1] === ' ') {
    const log = withoutMessageId(text.slice(end + 2))
    return { hostname: undefined, programName: text.slice(start, end), log }
  }
  if (text[end] !== ' ') return { hostname: undefined, programName: undefined, log: text.slice(start) }
  const hostname = text.slice(start, end)
  const program = readProgram(text, end + 1)
  if (program === undefined) return { hostname, programName: undefined, log: text.slice(end + 1) }
  const log = withoutMessageId(text.slice(program.after))
  return { hostname, programName: program.name, log }
}

interface Program {
  readonly name: ByteString
  /** Where the text behind it starts. */
  readonly after: number
}

function readProgram(text: ByteString, start: number): Program | undefined {
  const end = afterName(text, start)
  const name = text.slice(start, end)
  if (text[end] === ':') return { name, after: afterOneSpace(text, end + 1) }
  if (text[end] === '[') return readPid(text, name, end)
  if (text[end] === '|') return readAixProgram(text, end + 1)
  return undefined
}

function afterOneSpace(text: ByteString, at: number): number {
  return text[at] === ' ' ? at + 1 : at
}

/** `[12]: ` or `[12] ` */
function readPid(text: ByteString, name: ByteString, bracket: number): Program | undefined {
  const end = afterDigits(text, bracket + 1)
  if (end === bracket + 1 || text[end] !== ']') return undefined
  if (text[end + 1] === ':') return { name, after: afterOneSpace(text, end + 2) }
  return text[end + 1] === ' ' ? { name, after: end + 2 } : undefined
}

/** `facility|severity:x program: `, as AIX writes it */
function readAixProgram(text: ByteString, severity: number): Program | undefined {
  const first = text.charCodeAt(severity)
  if (!(first >= 0x61 && first <= 0x7a)) return undefined
  const colon = afterAlphanumeric(text, severity)
  if (text[colon] !== ':') return undefined
  const space = afterAlphanumeric(text, colon + 1)
  if (text[space] !== ' ') return undefined
  const end = afterName(text, space + 1)
  const name = text.slice(space + 1, end)
  if (text[end] === ':') return text[end + 1] === ' ' ? { name, after: end + 2 } : undefined
  // As observed: whatever stands there is the program.
  if (text[end] !== '[') return { name: text.slice(space + 1), after: end }
  const pid = afterDigits(text, end + 1)
  return text.startsWith(']: ', pid) ? { name, after: pid + 3 } : undefined
}

function afterAlphanumeric(text: ByteString, from: number): number {
  let at = from
  while (isAlphanumeric(text.charCodeAt(at))) at += 1
  return at
}

/** `[ID 702911 auth.info] `, as Solaris writes it */
function withoutMessageId(log: ByteString): ByteString {
  if (!log.startsWith('[ID ')) return log
  const bracket = log.indexOf(']')
  return bracket < 0 ? log : log.slice(bracket + 2)
}
