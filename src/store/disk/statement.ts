import type { DuckDBValue } from '@duckdb/node-api'

import type { Dataset } from '../store.ts'
import { elidedAlert, elidedDocument } from './line.ts'

/** Collects the values of one statement; text from outside goes nowhere else. */
export class Values {
  readonly list: DuckDBValue[] = []

  /** Its place in the statement. */
  add(value: string | number | bigint): string {
    this.list.push(typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value)
    const type = typeof value === 'string' ? 'VARCHAR' : Number.isInteger(Number(value)) ? 'BIGINT' : 'DOUBLE'
    return `$${this.list.length}::${type}`
  }
}

/** What is read by a statement: documents of a dataset, in segments of a format. */
export interface Records {
  readonly dataset: Dataset
  readonly format: number
}

/** Makes something once for all segments of a format. */
export function byFormat<T>(make: (format: number) => T): (segment: Pick<Records, 'format'>) => T {
  const made = new Map<number, { readonly it: T }>()
  return ({ format }) => {
    const found = made.get(format) ?? { it: make(format) }
    made.set(format, found)
    return found.it
  }
}

/** What paths are looked up in: the text as it was before units in it were marked, which no JSON may have (`line.ts`). */
export function jsonOf(dataset: Dataset): string {
  const text = documentOf(dataset)
  return `CASE WHEN contains(${text}, chr(1)) THEN replace(${text}, chr(1), '') ELSE ${text} END`
}

/** The text of the document as it is stored. */
export function documentOf(dataset: Dataset): string {
  return dataset === 'alerts' ? 'coalesce(alert_document, document)' : 'document'
}

/** 1 when the message is left out of the dataset's document and stands in `text`. */
export function isElided(dataset: Dataset): string {
  return dataset === 'alerts'
    ? `CASE WHEN alert_document IS NULL THEN elided & ${elidedDocument} ELSE elided // ${elidedAlert} END`
    : `elided & ${elidedDocument}`
}
