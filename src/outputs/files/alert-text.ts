// Text forms of stored documents (spec/rules.md §6.5 and the line of archives.log).

/** What a document does not say. */
export interface TextHelp {
  /** Groups of a rule as one text, as its files write them; `undefined`: the rule is not loaded any more. */
  groupText(ruleId: number): string | undefined
  /** The host that the header of a message names. */
  hostIn(message: string): string | undefined
}

type Json = Readonly<Record<string, unknown>>

/** Static fields with a line of their own, in order. */
const ownLines = [
  ['Src IP', 'srcip'],
  ['Src Port', 'srcport'],
  ['Dst IP', 'dstip'],
  ['Dst Port', 'dstport'],
  ['User', 'dstuser'],
] as const

const staticNames = new Set(
  'protocol action srcip srcport srcuser dstip dstport dstuser id status url data extra_data system_name'.split(
    ' ',
  ),
)

/**
 * The block of an alert in `alerts.log`, with the empty line behind it. `fullLog` stands in for a document that leaves the message out
 * (`no_full_log`), where the block has it all the same.
 */
export function alertText(document: Json, help: TextHelp, fullLog = ''): string {
  const rule = objectIn(document, 'rule')
  const data = objectIn(document, 'data')
  const id = Number(rule['id'])
  const groups = Array.isArray(rule['groups']) ? rule['groups'].join(',') : ''
  const message = textIn(document, 'full_log') ?? fullLog
  const mail = rule['mail'] === true ? ' mail ' : ''
  const lines = [
    `** Alert ${textIn(document, 'id') ?? ''}:${mail} - ${help.groupText(id) ?? `${groups},`}`,
    `${clockText(document)} ${originText(document, help, message)}`,
    `Rule: ${id} (level ${String(rule['level'])}) -> '${textIn(rule, 'description') ?? ''}'`,
    ...ownLines.flatMap(([label, name]) => {
      const value = textIn(data, name)
      return value === undefined ? [] : [`${label}: ${value}`]
    }),
    message,
    ...dynamicLines(data),
  ]
  const previous = textIn(document, 'previous_output')
  if (previous !== undefined) lines.push(previous)
  return `${lines.join('\n')}\n\n`
}

/** The line of an event in `archives.log`. */
export function archiveText(document: Json, help: TextHelp): string {
  const message = textIn(document, 'full_log') ?? ''
  return `${clockText(document)} ${originText(document, help, message)} ${message}\n`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The timestamp of a document is local time already: `2026-11-22T10:00:00.123+0100`. */
function clockText(document: Json): string {
  const timestamp = textIn(document, 'timestamp') ?? ''
  const [, year, month, day, time] = /^(\d+)-(\d\d)-(\d\d)T([\d:]{8})/.exec(timestamp) ?? []
  return `${year ?? ''} ${months[Number(month) - 1] ?? ''} ${day ?? ''} ${time ?? ''}`
}

function originText(document: Json, help: TextHelp, message: string): string {
  const agent = objectIn(document, 'agent')
  const location = textIn(document, 'location') ?? ''
  const name = textIn(agent, 'name') ?? ''
  if ((textIn(agent, 'id') ?? '000') !== '000')
    return `(${name}) ${textIn(agent, 'ip') ?? 'any'}->${location}`
  const host = textIn(objectIn(document, 'predecoder'), 'hostname') ?? help.hostIn(message)
  return `${host ?? textIn(objectIn(document, 'manager'), 'name') ?? ''}->${location}`
}

function dynamicLines(data: Json): string[] {
  const found: string[] = []
  const add = (value: unknown, name: string): void => {
    if (isObject(value))
      for (const [key, member] of Object.entries(value)) add(member, name === '' ? key : `${name}.${key}`)
    else if (typeof value === 'string') {
      if (value !== '' && !staticNames.has(name)) found.push(`${name}: ${value}`)
    } else found.push(`${name}: ${printed(value, 0)}`)
  }
  add(data, '')
  return found
}

/** The layout that decoders give arrays: elements joined by `, `, members on lines of their own. */
function printed(value: unknown, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item) => printed(item, depth + 1)).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const indent = '\t'.repeat(depth + 1)
  const lines = Object.entries(value).map(
    ([key, member]) => `${indent}${JSON.stringify(key)}:\t${printed(member, depth + 1)}`,
  )
  return `{\n${lines.length > 0 ? `${lines.join(',\n')}\n` : ''}${'\t'.repeat(depth)}}`
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectIn(value: Json, key: string): Json {
  const member = value[key]
  return isObject(member) ? member : {}
}

function textIn(value: Json, key: string): string | undefined {
  const member = value[key]
  return typeof member === 'string' ? member : undefined
}
