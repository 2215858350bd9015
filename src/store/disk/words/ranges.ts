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

/** At most so many ranges, which hold all of these and as little else as possible. */
export function joined(ranges: readonly Range[], most: number): readonly Range[] {
  if (ranges.length <= most) return ranges
  const gapBefore = (index: number) => (ranges[index]?.from ?? 0) - (ranges[index - 1]?.to ?? 0)
  const widest = Array.from({ length: ranges.length - 1 }, (_, index) => index + 1)
    .sort((a, b) => gapBefore(b) - gapBefore(a))
    .slice(0, most - 1)
  const starts = [0, ...widest.sort((a, b) => a - b)]
  return starts.map((start, index) => {
    const end = (starts[index + 1] ?? ranges.length) - 1
    return { from: ranges[start]?.from ?? 0, to: ranges[end]?.to ?? 0 }
  })
}

/** A condition; the database looks at it first when it stands first. */
export function inRanges(ranges: readonly Range[]): string {
  return `(${ranges.map(({ from, to }) => `position BETWEEN ${from} AND ${to}`).join(' OR ') || 'false'})`
}
