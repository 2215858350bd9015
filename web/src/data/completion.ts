// What could come next in the search box.
import { facetFields, labelOf } from './event.ts'

/** The piece of a query that is being written. */
export interface Place {
  readonly kind: 'field' | 'value'
  /** Of a value: the field it belongs to. */
  readonly field: string
  readonly typed: string
  /** Where it begins and ends in the text. */
  readonly from: number
  readonly to: number
}

const valuePlace =
  /(?:^|[\s(])(?:"([^"]+)"|([^\s():"<>=]+))\s*(?::|[<>]=?)\s*(?:\([^()]*?(?:\bor\s+|\())?"?([^\s()"]*)$/i
const fieldPlace = /(?:^|[\s(])([A-Za-z_@][\w.@/-]*)$/
const words = new Set(['and', 'or', 'not', 'to'])

/** Nothing where nothing can be guessed: inside a phrase, after a complete condition. */
export function placeOf(text: string, caret: number): Place | undefined {
  const before = text.slice(0, caret)
  const [, quoted, plain, typed] = valuePlace.exec(before) ?? []
  if (typed !== undefined) {
    const isOpen = before.charAt(caret - typed.length - 1) === '"'
    const from = caret - typed.length - (isOpen ? 1 : 0)
    return { kind: 'value', field: quoted ?? plain ?? '', typed, from, to: caret }
  }
  const [, name] = fieldPlace.exec(before) ?? []
  if (name === undefined || words.has(name.toLowerCase())) return undefined
  return { kind: 'field', field: '', typed: name, from: caret - name.length, to: caret }
}

/** A value as it must be written: with quotation marks when it holds what the language would read. */
export function writtenValue(value: string): string {
  const isPlain = /^[\w.@/-]+$/.test(value) && !words.has(value.toLowerCase())
  return isPlain ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

export function writtenField(field: string): string {
  return /^[^\s():"<>=*\\]+$/.test(field) ? field : `"${field.replaceAll('"', '\\"')}"`
}

/** Fields whose name or label has the text in it; those that begin with it and those people ask for come first. */
export function fittingFields(all: readonly string[], typed: string): readonly string[] {
  const wanted = typed.toLowerCase()
  const known = facetFields.map(({ field }) => field)
  const rank = (field: string): number => {
    const name = field.toLowerCase()
    const begins = name.startsWith(wanted) || name.replace(/^data\.(docker\.)?/, '').startsWith(wanted)
    return (begins ? 0 : 2) + (known.includes(field) ? 0 : 1)
  }
  return [...new Set([...known, ...all])]
    .filter((field) => `${field} ${labelOf(field)}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .slice(0, 12)
}

const historyKey = 'quaywatch.searches'
const mostRemembered = 20

/** What was searched for in this browser, newest first. */
export function history(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(historyKey) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

export function remember(text: string): void {
  if (text === '') return
  try {
    const next = [text, ...history().filter((one) => one !== text)].slice(0, mostRemembered)
    localStorage.setItem(historyKey, JSON.stringify(next))
  } catch {
    // Private windows may refuse; nothing is remembered then.
  }
}
