import type { Dataset } from '../store.ts'
import { documentOf, type Values } from './statement.ts'

/** A JSON pointer: every name is taken literally. */
function pointer(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** SQL for what may be at a path, case by case. */
interface Cases {
  /** For a list that stands there; its SQL is JSON. */
  readonly list: (json: string) => string
  readonly object: string
  /** For a text, number or truth value; its SQL is text. */
  readonly scalar: (text: string) => string
  /** For nothing. */
  readonly none: string
  /** For what is found through lists on the way: a list of JSON values. */
  readonly many: (values: string) => string
}

/**
 * Reading a document costs much more than looking for a name in its text, so that comes first. A name can be written with escapes; then there is a backslash
 * and a u. Lists are looked through only where the plain path leads nowhere.
 */
function byCase(path: string, dataset: Dataset, values: Values, cases: Cases): string {
  const names = path.split('.')
  const document = documentOf(dataset)
  const place = values.add(pointer(names))
  const nowhere = names.length < 3 ? cases.none : cases.many(walk(names, document, values))
  const found = `CASE json_type(${document}, ${place}) WHEN 'ARRAY' THEN ${cases.list(`json_extract(${document}, ${place})`)}
    WHEN 'OBJECT' THEN ${cases.object} WHEN 'NULL' THEN ${cases.none}
    ELSE CASE WHEN json_type(${document}, ${place}) IS NULL THEN ${nowhere}
      ELSE ${cases.scalar(`json_extract_string(${document}, ${place})`)} END END`
  const last = names.at(-1) ?? ''
  if (!/^[\w-]+$/.test(last) || /^\d+$/.test(last)) return found
  const named = `contains(${document}, ${values.add(`"${last}"`)}) OR contains(${document}, '\\u')`
  return `CASE WHEN ${named} THEN ${found} ELSE ${cases.none} END`
}

/** Step by step, into every item of a list that is met on the way; a number is the place in the list. */
function walk(names: readonly string[], document: string, values: Values): string {
  const [first = '', second = '', ...rest] = names
  let list = `[json_extract(${document}, ${values.add(pointer([first, second]))})]`
  for (const name of rest) {
    const place = values.add(pointer([name]))
    const inList = /^\d+$/.test(name)
      ? `[json_extract(step, ${place})]`
      : `list_transform(json_extract(step, '$[*]'), lambda item: json_extract(item, ${place}))`
    list = `flatten(list_transform(${list}, lambda step: CASE WHEN json_type(step) = 'ARRAY' THEN ${inList}
      ELSE [json_extract(step, ${place})] END))`
  }
  return list
}

const isScalar = `NOT IN ('OBJECT', 'ARRAY', 'NULL')`

/** The texts of a JSON list, without lists and objects inside. */
function itemsOf(json: string): string {
  return `list_transform(list_filter(json_extract(${json}, '$[*]'), lambda item: json_type(item) ${isScalar}),
    lambda item: json_extract_string(item, '$'))`
}

function textsOfAll(list: string): string {
  return `flatten(list_transform(${list}, lambda value: CASE WHEN json_type(value) = 'ARRAY' THEN ${itemsOf('value')}
    WHEN json_type(value) ${isScalar} THEN [json_extract_string(value, '$')] ELSE [] END))`
}

/** Texts, numbers and truth values at the path, those inside a list one by one, as a list of texts. */
export function textsAt(path: string, dataset: Dataset, values: Values): string {
  return byCase(path, dataset, values, {
    list: itemsOf,
    object: '[]',
    scalar: (text) => `[${text}]`,
    none: '[]',
    many: textsOfAll,
  })
}

/** True when one of these texts passes; NULL or false when none does. */
export function anyTextAt(
  path: string,
  dataset: Dataset,
  values: Values,
  passes: (text: string) => string,
): string {
  const anyOf = (texts: string) => `len(list_filter(${texts}, lambda text: ${passes('text')})) > 0`
  return byCase(path, dataset, values, {
    list: (json) => anyOf(itemsOf(json)),
    object: 'false',
    scalar: passes,
    none: 'false',
    many: (list) => anyOf(textsOfAll(list)),
  })
}

/** True when there is a value that is neither null nor an empty list. */
export function existsAt(path: string, dataset: Dataset, values: Values): string {
  const isThere = `coalesce(CASE json_type(value) WHEN 'NULL' THEN false
    WHEN 'ARRAY' THEN json_array_length(value) > 0 ELSE json_type(value) IS NOT NULL END, false)`
  return byCase(path, dataset, values, {
    list: (json) => `json_array_length(${json}) > 0`,
    object: 'true',
    scalar: () => 'true',
    none: 'false',
    many: (list) => `len(list_filter(${list}, lambda value: ${isThere})) > 0`,
  })
}
