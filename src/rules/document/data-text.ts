import type { ByteString } from '../../event/byte-string.ts'
import type { DecodedEvent } from '../../event/decoded-event.ts'
import { staticNames } from '../../event/decoded-event.ts'
import { lowerAscii } from '../../event/field-key.ts'
import { jsonText, valueText } from '../../event/json-text.ts'
import { DataSkeletons } from '../../event/data-skeleton.ts'

/** A JSON object in the making: keys compare without case, the first spelling stays. */
class ObjectDraft {
  readonly #keys = new Map<string, string | ObjectDraft>()
  readonly #spellings = new Map<string, string>()

  get(key: string): string | ObjectDraft | undefined {
    return this.#keys.get(lowerAscii(key))
  }

  set(key: string, value: string | ObjectDraft): void {
    const lower = lowerAscii(key)
    this.#keys.set(lower, value)
    if (lower !== key) this.#spellings.set(lower, key)
  }

  render(): string {
    let text = '{'
    for (const [lower, value] of this.#keys) {
      if (text.length > 1) text += ','
      text += jsonText(this.#spellings.get(lower) ?? lower)
      text += typeof value === 'string' ? `:${value}` : `:${value.render()}`
    }
    return `${text}}`
  }
}

const skeletons = new DataSkeletons()

/** `data` of a document (spec/rules.md §6.4b); `undefined` when the event has no field to show. */
export function dataText(event: DecodedEvent): string | undefined {
  const members = event.fields.membersText?.()
  return members === undefined ? skeletonText(event) : withStatics(event, members)
}

function withStatics({ fields }: DecodedEvent, members: string): string | undefined {
  let statics = ''
  for (const name of staticNames) {
    const value = fields.fixed(name)
    if (value !== undefined) statics += `${statics === '' ? '' : ','}"${name}":${jsonText(value)}`
  }
  if (statics === '' && members === '') return undefined
  return statics === '' || members === '' ? `{${statics}${members}}` : `{${statics},${members}}`
}

/** From the list of fields, whatever they are. */
function skeletonText(event: DecodedEvent): string | undefined {
  let step = skeletons.root
  let text = ''
  for (const name of staticNames) {
    const value = event.fields.fixed(name)
    if (value === undefined) continue
    step = skeletons.follow(step, name)
    text += (step.piece ?? '') + jsonText(value)
  }
  for (const [name, value] of event.fields.entries()) {
    if (value === '') continue
    step = skeletons.follow(step, name)
    if (step.isIrregular) return irregularText(event)
    if (step.piece !== undefined) text += step.piece + valueText(value)
  }
  return text === '' ? undefined : text + step.closing
}

/** The slow way, for fields that belong into objects that other fields have left. */
function irregularText(event: DecodedEvent): string {
  const data = new ObjectDraft()
  for (const name of staticNames) {
    const value = event.fields.fixed(name)
    if (value !== undefined) data.set(name, jsonText(value))
  }
  for (const [name, value] of event.fields.entries()) if (value !== '') place(data, name, value)
  return data.render()
}

/** Nested by the dots of its name; dropped where something else already stands. */
function place(data: ObjectDraft, name: ByteString, value: ByteString): void {
  let object = data
  let from = 0
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', from)) {
    const key = name.slice(from, dot)
    let next = object.get(key)
    if (next === undefined) {
      next = new ObjectDraft()
      object.set(key, next)
    }
    if (typeof next === 'string') return
    object = next
    from = dot + 1
  }
  const key = name.slice(from)
  if (object.get(key) === undefined) object.set(key, valueText(value))
}
