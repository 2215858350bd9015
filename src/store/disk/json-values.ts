import type { Dataset } from '../store.ts'
import { escapedBySql } from './line.ts'
import { documentOf, jsonOf, type Values } from './statement.ts'

/** A JSON pointer: every name is taken literally. */
function pointer(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const scalar = `NOT IN ('OBJECT', 'ARRAY', 'NULL')`

/**
 * Every JSON value at the path as a list, also through lists of objects; empty when there is none. Reading a document costs much more than looking for a name
 * in its text, so that comes first. A name can be written with escapes; then there is a backslash and a u.
 */
function valuesAt(path: string, dataset: Dataset, values: Values): string {
  const names = path.split('.')
  const document = documentOf(dataset)
  const json = jsonOf(dataset)
  const direct = `[json_extract(${json}, ${values.add(pointer(names))})]`
  const found =
    names.length < 3
      ? direct
      : `list_transform(${direct}, lambda found: CASE WHEN found IS NULL THEN ${walk(names, json, values)}
         ELSE [found] END)[1]`
  const last = names.at(-1) ?? ''
  if (!/^[\w-]+$/.test(last) || /^\d+$/.test(last)) return found
  const named = `contains(${document}, ${values.add(`"${last}"`)}) OR contains(${document}, '\\u')`
  return `CASE WHEN ${named} THEN ${found} ELSE [] END`
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

/** Texts, numbers and truth values at the path, those inside a list one by one, as a list of texts. */
export function textsAt(path: string, dataset: Dataset, values: Values): string {
  const items = `list_filter(json_extract(value, '$[*]'), lambda item: json_type(item) ${scalar})`
  return `flatten(list_transform(${valuesAt(path, dataset, values)}, lambda value: CASE WHEN json_type(value) = 'ARRAY'
    THEN list_transform(${items}, lambda item: json_extract_string(item, '$'))
    WHEN json_type(value) ${scalar} THEN [json_extract_string(value, '$')] ELSE [] END))`
}

/** The same as columns store texts. */
export function storedTextsAt(path: string, dataset: Dataset, values: Values): string {
  return `list_transform(${textsAt(path, dataset, values)}, lambda text: ${escapedBySql('text')})`
}

/** True when there is a value that is neither null nor an empty list. */
export function existsAt(path: string, dataset: Dataset, values: Values): string {
  return `len(list_filter(${valuesAt(path, dataset, values)}, lambda value: coalesce(CASE json_type(value) WHEN 'NULL' THEN false
    WHEN 'ARRAY' THEN json_array_length(value) > 0 ELSE json_type(value) IS NOT NULL END, false))) > 0`
}
