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
    const body = JSON.stringify(facts)
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
  // Written by GroupBuffer, as the checksum shows.
  const facts: GroupFacts = JSON.parse(body)
  return facts
}
