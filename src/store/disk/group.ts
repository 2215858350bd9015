import { crc32 } from 'node:zlib'

import { groupMark } from './line.ts'

/** What one commit says besides its records. */
export interface GroupFacts {
  readonly records: number
  /** First position that is free after this group. */
  readonly next: number
  readonly cursors: Readonly<Record<string, string>>
  readonly followers: Readonly<Record<string, string>>
}

const tailPattern = /^\x1e([0-9a-f]{8}) (\{.*\})$/

/** Records and the line that closes them, ready to be written at once. */
export function encodeGroup(lines: string, facts: GroupFacts): Buffer {
  const body = JSON.stringify(facts)
  const recordBytes = Buffer.byteLength(lines, 'utf8')
  const group = Buffer.allocUnsafeSlow(recordBytes + 11 + Buffer.byteLength(body, 'utf8'))
  group.write(lines, 0, 'utf8')
  const sum = crc32(body, crc32(group.subarray(0, recordBytes)))
    .toString(16)
    .padStart(8, '0')
  group.write(`${groupMark}${sum} ${body}\n`, recordBytes, 'utf8')
  return group
}

export interface Scanned {
  readonly groups: readonly GroupFacts[]
  /** Bytes up to the end of the last whole group. */
  readonly goodBytes: number
  readonly totalBytes: number
  /** Bytes of the longest line. */
  readonly longestLine: number
}

/** Whole groups from the start of a log file up to the first that is torn or damaged. */
export function scanGroups(content: Buffer): Scanned {
  const groups: GroupFacts[] = []
  let from = 0
  let search = 0
  for (;;) {
    const mark = content.indexOf(groupMark.charCodeAt(0), search)
    const end = mark < 0 ? -1 : content.indexOf(0x0a, mark)
    if (end < 0) break
    const facts = closing(content.subarray(from, mark), content.toString('utf8', mark, end))
    if (!facts) break
    groups.push(facts)
    from = end + 1
    search = from
  }
  return { groups, goodBytes: from, totalBytes: content.length, longestLine: longestLine(content) }
}

function longestLine(content: Buffer): number {
  let longest = 0
  for (let from = 0; from < content.length;) {
    const end = content.indexOf(0x0a, from)
    const next = end < 0 ? content.length : end + 1
    longest = Math.max(longest, next - from)
    from = next
  }
  return longest
}

function closing(records: Buffer, line: string): GroupFacts | undefined {
  const [, sum, body] = tailPattern.exec(line) ?? []
  if (sum === undefined || body === undefined) return undefined
  if (parseInt(sum, 16) !== crc32(body, crc32(records))) return undefined
  // Written by encodeGroup, as the checksum shows.
  const facts: GroupFacts = JSON.parse(body)
  return facts
}
