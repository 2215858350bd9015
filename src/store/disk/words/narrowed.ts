import type { Segment } from '../segment-file.ts'
import type { MayHold } from './needed-words.ts'
import { inRanges, joined } from './ranges.ts'
import type { WordIndex } from './word-index.ts'

/** A segment and where in it there may be something. */
export interface Narrowed extends Segment {
  /** The beginning of a condition: empty, or positions and `AND`. */
  readonly only: string
}

/** The database compares every row with each range. */
const mostRanges = 64

/** Without those in which there is nothing. */
export async function narrowed(
  words: WordIndex,
  segments: readonly Segment[],
  mayHold: (segment: Segment) => MayHold | undefined,
): Promise<readonly Narrowed[]> {
  const found: Narrowed[] = []
  for (const segment of segments) {
    const ranges = joined(await words.candidates(segment, mayHold(segment)), mostRanges)
    const [first] = ranges
    const isWhole = first?.from === segment.firstPosition && first.to === segment.lastPosition
    if (first) found.push({ ...segment, only: isWhole ? '' : `${inRanges(ranges)} AND ` })
  }
  return found
}
