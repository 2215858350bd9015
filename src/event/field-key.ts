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
const shortText = 48
const scratch = Buffer.allocUnsafe(1 << 16)

/** Texts without bytes from 0x80 on, which are nearly all, may use the fast conversion of the runtime. */
function lowerLong(text: string): string {
  const length = scratch.write(text, 0, 'latin1')
  return isAscii(scratch.subarray(0, length)) ? text.toLowerCase() : lowerByRuns(text)
}

function lowerByRuns(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}

/** ASCII only: `toLowerCase` would also fold bytes 0xC0 to 0xDE. */
export function lowerAscii(text: string): string {
  if (text.length > shortText && text.length <= scratch.length) return lowerLong(text)
  return lowerByRuns(text)
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
