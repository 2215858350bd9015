import type { XmlElement } from '../../dialect/xml-element.ts'
import type { StaticName } from '../../event/decoded-event.ts'
import { fieldKey } from '../../event/field-key.ts'
import type { CdbList } from '../cdb-list.ts'
import { type ListLookup, lookupKinds } from '../list-lookup.ts'
import type { LoadContext } from '../load-context.ts'
import { type ProblemList, quoted } from '../problem-list.ts'
import type { Read } from './pattern-condition.ts'
import type { PatternSource } from './pattern-source.ts'

const staticFields: readonly StaticName[] = [
  ...(['srcip', 'srcport', 'dstip', 'dstport', 'url', 'id', 'status', 'action', 'protocol'] as const),
  ...(['system_name', 'data', 'extra_data'] as const),
]

/** `undefined`: a list is not loaded, and the rule is left out (spec/rules.md §3.7). */
export function compileLists(
  items: readonly XmlElement[],
  context: LoadContext,
  problems: ProblemList,
  patterns: PatternSource,
): readonly ListLookup[] | undefined {
  const elements = items.filter(({ name }) => name.toLowerCase() === 'list')
  const lookups = elements.map((element) => compileList(element, context, problems, patterns))
  const loaded = lookups.filter((lookup) => lookup !== 'not loaded')
  return loaded.length < lookups.length ? undefined : loaded.filter((lookup) => lookup !== undefined)
}

function compileList(
  element: XmlElement,
  context: LoadContext,
  problems: ProblemList,
  patterns: PatternSource,
): ListLookup | 'not loaded' | undefined {
  const { field, lookup, check } = readListAttributes(element, problems)
  const kind = lookupKinds.find((known) => known === lookup.toLowerCase())
  if (!kind) problems.fatal('invalid-list-lookup', `there is no lookup ${quoted(lookup)}`, element.at)
  if (field === undefined) {
    problems.fatal('list-without-field', '<list> needs the attribute field', element.at)
    return undefined
  }
  const list = findList(element.content, context.lists)
  if (!list) {
    const message = `the list ${quoted(element.content)} is not loaded; the rule is left out`
    problems.warn('list-not-loaded', message, element.contentAt)
    return 'not loaded'
  }
  if (!kind) return undefined
  const pattern = check === undefined ? undefined : patterns.compile('osmatch', check, element.at)
  if (kind.endsWith('_value') && check === undefined) {
    const message = `${kind} without check_value never holds`
    problems.warn('list-without-check-value', message, element.at)
  }
  const checkValue = pattern && ((value: string) => pattern.test(value))
  return { list, field, kind, at: element.at, checkValue, read: readerOf(field) }
}

function readListAttributes(
  element: XmlElement,
  problems: ProblemList,
): { field: string | undefined; lookup: string; check: string | undefined } {
  let field: string | undefined
  let lookup = 'match_key'
  let check: string | undefined
  for (const { name, value, at } of element.attributes) {
    const lower = name.toLowerCase()
    if (lower === 'field') field = value
    else if (lower === 'lookup') lookup = value
    else if (lower === 'check_value') check = value
    else problems.fatal('invalid-list-attribute', `<list> has no attribute ${quoted(name)}`, at)
  }
  return { field, lookup, check }
}

function findList(content: string, lists: ReadonlyMap<string, CdbList>): CdbList | undefined {
  return lists.get(content.endsWith('.cdb') ? content.slice(0, -4) : content)
}

/** `user` prefers srcuser here, contrary to the element of that name. */
function readerOf(field: string): Read {
  const lower = field.toLowerCase()
  const fixed = staticFields.find((name) => name === lower)
  if (fixed) return ({ fields }) => fields.fixed(fixed)
  if (lower === 'user') return ({ fields }) => fields.fixed('srcuser') ?? fields.fixed('dstuser')
  if (lower === 'hostname') return (event) => event.hostname
  if (lower === 'program_name') return (event) => event.header.programName
  const key = fieldKey(field.replace(/^ +| +$/g, ''))
  return ({ fields }) => fields.dynamic(key)
}
