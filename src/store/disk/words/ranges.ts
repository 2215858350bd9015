/** Positions, both included. */
export interface Range {
  readonly from: number
  readonly to: number
}

export function lengthOf({ from, to }: Range): number {
  return to - from + 1
}

/** Adds a range behind the others; one that adjoins the last becomes part of it. */
export function addRange(ranges: Range[], range: Range): void {
  const last = ranges.at(-1)
  if (last && last.to + 1 === range.from) ranges[ranges.length - 1] = { from: last.from, to: range.to }
  else ranges.push(range)
}

/** The first so many positions, and what is left. */
export function cut(
  range: Range,
  length: number,
  isNewestFirst: boolean,
): readonly [first: Range, rest: Range | undefined] {
  if (lengthOf(range) <= length) return [range, undefined]
  const { from, to } = range
  return isNewestFirst
    ? [
        { from: to - length + 1, to },
        { from, to: to - length },
      ]
    : [
        { from, to: from + length - 1 },
        { from: from + length, to },
      ]
}

/** A condition; the database looks at it first when it stands first. */
export function inRanges(ranges: readonly Range[]): string {
  return `(${ranges.map(({ from, to }) => `position BETWEEN ${from} AND ${to}`).join(' OR ') || 'false'})`
}
