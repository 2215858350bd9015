import { dayOf, type Part } from './daily-file.ts'

/** When a new file begins within the day. 0: never for that reason. */
export interface Rotation {
  /** Counted from local midnight. */
  readonly intervalMs: number
  readonly maxBytes: number
}

/** The number of the interval within its day. */
export function slotOf(ms: number, { intervalMs }: Rotation): number {
  if (intervalMs === 0) return 0
  const midnight = new Date(ms).setHours(0, 0, 0, 0)
  return Math.floor((ms - midnight) / intervalMs)
}

/** What is being written now. */
export interface Current {
  readonly part: Part
  /** Interval in which it began. */
  readonly slot: number
  readonly bytes: number
}

/** The part that a record of that time begins, or `undefined` when it belongs to the current one. A clock that goes back begins none. */
export function nextPart(current: Current, ms: number, rotation: Rotation): Part | undefined {
  const { part, slot, bytes } = current
  const day = dayOf(ms)
  if (day > part.day) return { day, number: 0 }
  if (bytes === 0 || day < part.day) return undefined
  const isFull = rotation.maxBytes > 0 && bytes >= rotation.maxBytes
  const isOver = slotOf(ms, rotation) > slot
  return isFull || isOver ? { day, number: part.number + 1 } : undefined
}
