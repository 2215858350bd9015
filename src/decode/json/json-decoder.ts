import type { ByteString } from '../../event/byte-string.ts'
import type { StaticName } from '../../event/decoded-event.ts'
import type { EventFields } from '../event-fields.ts'
import type { JsonOptions } from '../plugin.ts'
import { type Flattened, flattenJson } from './flatten.ts'
import { JsonPart, type JsonSource } from './json-part.ts'
import { hits, scanJson, scanned } from './json-scanner.ts'
import { type KeyTable, keyTable } from './key-table.ts'
import { layout } from './layout.ts'
import { Shapes } from './shapes.ts'
import { valueAt } from './value-at.ts'

/**
 * Adds the fields of the JSON object that starts at `start` (spec/decoders.md §6.9). Text that is not a JSON object adds none.
 * Never throws; time is linear in the length of the text.
 */
export function addJsonFields(
  fields: EventFields,
  text: ByteString,
  start: number,
  options: JsonOptions,
): void {
  if (options.arrays === 'csv' || !addScanned(fields, text, start, options))
    addFlattened(fields, text, start, options)
}

/** False, and nothing added, when only the slow way can tell. */
function addScanned(fields: EventFields, text: ByteString, start: number, options: JsonOptions): boolean {
  const table = keyTable()
  const limit = fields.room
  const discardNulls = options.nulls === 'discard'
  if (limit < Infinity || !shapesOf(table).find(text, start, discardNulls)) {
    const result = scanJson(text, start, table, { discardNulls, limit })
    if (result !== 'object') return result === 'not JSON'
  }
  // A `user` can be a dynamic field, which the scanner did not count.
  if (limit < Infinity && scanned.hasUser) return false
  const dstuser = fields.fixed('dstuser') ?? ''
  const dynamic = takeHits(fields, text, table)
  const source = new ScannedJson({ text, start, options, isWhole: scanned.dynamic <= limit, dstuser, limit })
  fields.addPart(new JsonPart(source, dynamic, table.knownSlots), Math.min(scanned.dynamic, limit))
  return true
}

interface ScannedParts {
  readonly text: ByteString
  readonly start: number
  readonly options: JsonOptions
  readonly isWhole: boolean
  readonly dstuser: ByteString
  readonly limit: number
}

class ScannedJson implements JsonSource {
  readonly text: ByteString
  readonly start: number
  readonly isWhole: boolean
  readonly #options: JsonOptions
  readonly #dstuser: ByteString
  readonly #limit: number

  constructor({ text, start, options, isWhole, dstuser, limit }: ScannedParts) {
    this.text = text
    this.start = start
    this.isWhole = isWhole
    this.#options = options
    this.#dstuser = dstuser
    this.#limit = limit
  }

  get discardsNulls(): boolean {
    return this.#options.nulls === 'discard'
  }

  find(): boolean {
    const { text, start, discardsNulls } = this
    return shapesOf(keyTable()).find(text, start, discardsNulls) && layout.text !== undefined
  }

  flatten(): Flattened['dynamic'] {
    return flattenJson(this.text, this.start, this.#options, this.#dstuser).dynamic.slice(0, this.#limit)
  }
}

let shapes: Shapes | undefined

function shapesOf(table: KeyTable): Shapes {
  if (shapes?.table !== table) shapes = new Shapes(table)
  return shapes
}

/** Sets the static fields that the scan found; slot, start and end of the dynamic ones. */
function takeHits(fields: EventFields, text: ByteString, table: KeyTable): (number | ByteString)[] {
  const dynamic: (number | ByteString)[] = []
  for (let at = 0; at < scanned.hits * 3; at += 3) {
    const index = hits[at] ?? 0
    const start = hits[at + 1] ?? 0
    const end = hits[at + 2] ?? 0
    const known = table.names[index < 0 ? -1 - index : index]
    if (known === undefined) continue
    const fixed = index < 0 ? fixedName(known.fixed, fields) : undefined
    if (fixed === undefined) dynamic.push(known.slot, start, end)
    else fields.set(fixed, valueAt(text, start, end))
  }
  return dynamic
}

/** A `user` is the destination user as long as there is none. */
function fixedName(name: StaticName | 'user' | undefined, fields: EventFields): StaticName | undefined {
  if (name !== 'user') return name
  return (fields.fixed('dstuser') ?? '') === '' ? 'dstuser' : undefined
}

function addFlattened(fields: EventFields, text: ByteString, start: number, options: JsonOptions): void {
  const { fixed, dynamic } = flattenJson(text, start, options, fields.fixed('dstuser') ?? '')
  for (const [name, value] of fixed) fields.set(name, value)
  for (const [name, value] of dynamic) if (!fields.add(name, value)) return
}
