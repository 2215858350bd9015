import { documentPath, isTime } from '../../query/field.ts'
import type { Query } from '../../query/query.ts'
import { fold, pieces, wanted } from '../../query/value.ts'
import { columnOf } from '../columns.ts'
import { gramsOf } from './grams.ts'

/** What is known about the words of some records. */
export interface Words {
  readonly has: (bit: number) => boolean
  /** A letter may be written as `\u0041` in a document. */
  readonly hidesLetters: boolean
}

/** False only when no record with these words can match. */
export type MayHold = (words: Words) => boolean

/** `undefined`: words do not say anything about the query, or columns of the format do. */
export function mayHold(query: Query, format: number): MayHold | undefined {
  switch (query.kind) {
    case 'all':
    case 'not':
      return undefined
    case 'and': {
      const parts = query.parts.flatMap((part) => mayHold(part, format) ?? [])
      return parts.length === 0 ? undefined : (words) => parts.every((part) => part(words))
    }
    case 'or': {
      const parts = query.parts.map((part) => mayHold(part, format))
      const known = parts.flatMap((part) => part ?? [])
      return parts.length === 0 || known.length < parts.length
        ? undefined
        : (words) => known.some((part) => part(words))
    }
    case 'match':
      return query.field === undefined
        ? all(pieces(query.value, query.phrase).flatMap(gramsOf))
        : inField(query.field, runsOf(query.value, query.phrase), format)
    case 'exists':
    case 'range':
      return inField(query.field, [], format)
  }
}

/** The same for records that match and have something at the path. */
export function mayHoldAt(query: Query, field: string | undefined, format: number): MayHold | undefined {
  const parts = [
    mayHold(query, format),
    field === undefined ? undefined : inField(field, [], format),
  ].flatMap((part) => part ?? [])
  return parts.length === 0 ? undefined : (words) => parts.every((part) => part(words))
}

function all(bits: readonly number[]): MayHold | undefined {
  return bits.length === 0 ? undefined : ({ has }) => bits.every(has)
}

function inField(field: string, values: readonly string[], format: number): MayHold | undefined {
  const path = documentPath(field)
  if (columnOf(path, format) || isTime(path)) return undefined
  // A number is a place in a list.
  const names = path.split('.').filter((name) => !/^\d+$/.test(name))
  const passes = all([...names, ...values].flatMap(gramsOf))
  return passes && ((words) => words.hidesLetters || passes(words))
}

/** Numbers can be written in more than one way. So can nothing else that stands in a document as it stands in the query. */
const mayBeNumber = /^[0-9e]*\.?[0-9e]*$/

function runsOf(value: string, phrase: boolean): readonly string[] {
  const want = wanted(value, phrase)
  if (want.kind !== 'equals' && want.kind !== 'pattern') return []
  return pieces(value, phrase)
    .flatMap((piece) => fold(piece).split(/[^0-9a-z.]+/))
    .filter((run) => !mayBeNumber.test(run) && !'infinity'.includes(run))
}
