import { crc32 } from 'node:zlib'

import { format } from './format.ts'
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

const firstRoom = 1 << 16
/** Room beyond this is given back after a group. */
const mostRoom = 16 << 20
/** A UTF-16 unit is at most three bytes of UTF-8. */
const bytesPerUnit = 3

/** Collects the lines of one group as UTF-8; the memory is used again for the next. */
export class GroupBuffer {
  #bytes = Buffer.allocUnsafeSlow(firstRoom)
  #length = 0
  #longest = 0

  /** Bytes of the longest line. */
  get longestLine(): number {
    return this.#longest
  }

  clear(): void {
    this.#length = 0
    this.#longest = 0
    if (this.#bytes.length > mostRoom) this.#bytes = Buffer.allocUnsafeSlow(firstRoom)
  }

  add(line: string): void {
    const written = this.#write(line)
    this.#longest = Math.max(this.#longest, written)
  }

  /** The lines and the one that closes them, ready to be written at once; valid until `clear`. */
  close(facts: GroupFacts): Buffer {
    const body = JSON.stringify({ format, ...facts })
    const sum = crc32(body, crc32(this.#bytes.subarray(0, this.#length)))
      .toString(16)
      .padStart(8, '0')
    this.add(`${groupMark}${sum} ${body}\n`)
    return this.#bytes.subarray(0, this.#length)
  }

  #write(text: string): number {
    const needed = this.#length + text.length * bytesPerUnit
    if (needed > this.#bytes.length) {
      const before = this.#bytes
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(needed, before.length * 2))
      before.copy(this.#bytes, 0, 0, this.#length)
    }
    const written = this.#bytes.write(text, this.#length, 'utf8')
    this.#length += written
    return written
  }
}

export interface ScannedGroup {
  /** Of its lines; absent: 1. */
  readonly facts: GroupFacts & { readonly format?: number }
  readonly from: number
  readonly to: number
}

export interface Scanned {
  readonly groups: readonly ScannedGroup[]
  /** Bytes between whole groups, or before the first, that are none. */
  readonly damagedBytes: number
  /** Bytes after the last whole group: a commit that was interrupted, or damage. */
  readonly tornBytes: number
  /** Bytes of the longest line. */
  readonly longestLine: number
}

/** All whole groups of a log file; what is no group is stepped over up to the next line that closes one. */
export function scanGroups(content: Buffer): Scanned {
  const groups: ScannedGroup[] = []
  let from = 0
  let good = 0
  let damagedBytes = 0
  for (;;) {
    const mark = content.indexOf(groupMark.charCodeAt(0), from)
    const end = mark < 0 ? -1 : content.indexOf(0x0a, mark)
    if (end < 0) break
    // After damage a group may begin at any line: the line that closes it says how many lines it has.
    const begin = from === good ? from : undefined
    const found = wholeGroup(content, begin, { mark, end })
    if (found) {
      damagedBytes += found.from - good
      groups.push(found)
      good = found.to
    }
    from = end + 1
  }
  return { groups, damagedBytes, tornBytes: content.length - good, longestLine: longestLine(content) }
}

interface ClosingLine {
  readonly mark: number
  readonly end: number
}

function wholeGroup(
  content: Buffer,
  begin: number | undefined,
  { mark, end }: ClosingLine,
): ScannedGroup | undefined {
  const line = content.toString('utf8', mark, end)
  if (begin !== undefined) {
    const facts = closing(content.subarray(begin, mark), line)
    if (facts) return { facts, from: begin, to: end + 1 }
  }
  const records = recordsOf(line)
  const from = records === undefined ? undefined : startOfLines(content, mark, records)
  const facts = from === undefined ? undefined : closing(content.subarray(from, mark), line)
  return facts && from !== undefined ? { facts, from, to: end + 1 } : undefined
}

function recordsOf(line: string): number | undefined {
  const records = Number(/"records":(\d{1,9})/.exec(line)?.[1] ?? NaN)
  return Number.isNaN(records) ? undefined : records
}

/** Where the line begins that is so many lines before `at`. */
function startOfLines(content: Buffer, at: number, lines: number): number | undefined {
  let start = at
  for (let left = lines; left > 0; left--) {
    if (start === 0) return undefined
    start = content.lastIndexOf(0x0a, start - 2) + 1
  }
  return start
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

function closing(records: Buffer, line: string): ScannedGroup['facts'] | undefined {
  const [, sum, body] = tailPattern.exec(line) ?? []
  if (sum === undefined || body === undefined) return undefined
  if (parseInt(sum, 16) !== crc32(body, crc32(records))) return undefined
  // Written by GroupBuffer, as the checksum shows.
  const facts: ScannedGroup['facts'] = JSON.parse(body)
  return facts
}
