import { isAscii } from 'node:buffer'

/** A dynamic field's name, prepared when a rule is compiled. Names compare ASCII case-insensitively (spec/rules.md §3.4). */
export interface FieldKey {
  readonly name: string
  readonly lower: string
  /** Small integer, one per distinct `lower`: index of per-event lookup caches. */
  readonly slot: number
}

const interned = new Map<string, FieldKey>()
const inSlotOrder: FieldKey[] = []

/** Up to this length a regex is as fast as anything. */
const shortText = 200
const scratch = Buffer.allocUnsafe(1 << 16)
const beyondAscii = /[\x80-\uffff]/

/** Texts without bytes from 0x80 on, which are nearly all, may use the fast conversion of the runtime. */
function isPlainAscii(text: string): boolean {
  if (text.length <= shortText || text.length > scratch.length) return !beyondAscii.test(text)
  return isAscii(scratch.subarray(0, scratch.write(text, 0, text.length, 'latin1')))
}

function fold(text: string): string {
  if (isPlainAscii(text)) return text.toLowerCase()
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
