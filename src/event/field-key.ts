import { isAsciiText } from './byte-string.ts'

/** A dynamic field's name, prepared when a rule is compiled. Names compare ASCII case-insensitively (spec/rules.md §3.4). */
export interface FieldKey {
  readonly name: string
  readonly lower: string
  /** Small integer, one per distinct `lower`: index of per-event lookup caches. */
  readonly slot: number
}

const interned = new Map<string, FieldKey>()
const inSlotOrder: FieldKey[] = []

function fold(text: string): string {
  if (isAsciiText(text)) return text.toLowerCase()
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}

/** Shorter texts are folded again rather than remembered. */
const memorable = 24
let lastText = ''
let lastLower = ''

/** ASCII only: `toLowerCase` would also fold bytes 0xC0 to 0xDE. Decoders and rules ask for the same log one after the other. */
export function lowerAscii(text: string): string {
  if (text.length < memorable) return fold(text)
  if (text !== lastText) {
    lastLower = fold(text)
    lastText = text
  }
  return lastLower
}

/** The same object for the same name in any case. Call it at load, never per event. */
export function fieldKey(name: string): FieldKey {
  const lower = lowerAscii(name)
  let key = interned.get(lower)
  if (!key) {
    key = { name, lower, slot: interned.size }
    interned.set(lower, key)
    inSlotOrder.push(key)
  }
  return key
}

export function fieldKeyCount(): number {
  return inSlotOrder.length
}

/** Every key so far; the index is the slot. */
export function fieldKeys(): readonly FieldKey[] {
  return inSlotOrder
}
