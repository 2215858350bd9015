/** What the records of a log file span. */
export interface Extent {
  readonly records: number
  readonly alerts: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly firstMs: number
  readonly lastMs: number
}

export const noExtent: Extent = {
  records: 0,
  alerts: 0,
  firstPosition: 0,
  lastPosition: 0,
  firstMs: Infinity,
  lastMs: -Infinity,
}

/** `next` comes behind `one`. */
export function together(one: Extent, next: Extent): Extent {
  if (one.records === 0 || next.records === 0) return one.records === 0 ? next : one
  return {
    records: one.records + next.records,
    alerts: one.alerts + next.alerts,
    firstPosition: one.firstPosition,
    lastPosition: next.lastPosition,
    firstMs: Math.min(one.firstMs, next.firstMs),
    lastMs: Math.max(one.lastMs, next.lastMs),
  }
}
