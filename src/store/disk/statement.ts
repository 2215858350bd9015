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

/** The JSON text that paths are looked up in. */
export function documentOf(dataset: Dataset): string {
  return dataset === 'alerts' ? 'coalesce(alert_document, document)' : 'document'
}

/** 1 when the message is left out of the dataset's document and stands in `text`. */
export function isElided(dataset: Dataset): string {
  return dataset === 'alerts'
    ? `CASE WHEN alert_document IS NULL THEN elided & ${elidedDocument} ELSE elided // ${elidedAlert} END`
    : `elided & ${elidedDocument}`
}
