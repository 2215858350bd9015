import { type Database, Incomplete } from '../database.ts'
import type { StoreTelemetry } from '../../../telemetry/store.ts'
import { isMemoryExhausted } from '../damage.ts'
import type { Segment } from '../segment-file.ts'
import type { Segments } from '../segments.ts'
import { addGrams, bitCount, hidesLetters } from './grams.ts'
import type { MayHold } from './needed-words.ts'
import { addRange, inRanges, lengthOf, type Range } from './ranges.ts'
import { blocksIn, type PlacedBlock, WordFile } from './word-file.ts'

/** Positions in a block: as many rows as the database reads at once. */
const blockLength = 2048
const firstWaitMs = 5_000
const idleMs = 10_000
const shortestWaitMs = 20

export interface WordIndexParts {
  readonly database: Database
  readonly segments: Segments
  /** Of one processor's time, how much writing down words may take. */
  readonly share?: number | undefined
  readonly telemetry?: StoreTelemetry | undefined
}

interface Known {
  readonly file: WordFile
  readonly blocks: Map<number, PlacedBlock>
  /** Of the segment when it was looked at: one that has fewer was rewritten. */
  readonly records: number
}

/**
 * Which words are in which records: what a search need not read. It is behind what is stored, a block at a time and newest first, and costs what it is given;
 * records it does not know yet may hold anything. Kept in files beside the segments that can be deleted at any time.
 */
export class WordIndex {
  readonly #database: Database
  readonly #segments: Segments
  readonly #share: number
  readonly #telemetry: StoreTelemetry | undefined
  readonly #known = new Map<number, Promise<Known>>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor({ database, segments, share = 0.1, telemetry }: WordIndexParts) {
    this.#database = database
    this.#segments = segments
    this.#share = share
    this.#telemetry = telemetry
  }

  start(): void {
    if (this.#share > 0) this.#later(this.#share === 1 ? 0 : firstWaitMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** Where in the segment there may be something, in the order of positions. Without a condition: everywhere. */
  async candidates(segment: Segment, mayHold: MayHold | undefined): Promise<readonly Range[]> {
    const whole = { from: segment.firstPosition, to: segment.lastPosition }
    if (!mayHold) return [whole]
    try {
      const { file, blocks } = await this.#knownOf(segment)
      if (blocks.size === 0) return [whole]
      return file.ask((has) => {
        const found: Range[] = []
        for (const [number, range] of blocksOf(segment)) {
          const block = blocks.get(number)
          const words = block && {
            has: (bit: number) => has(block, bit),
            hidesLetters: block.hidesLetters,
          }
          if (!words || !covers(block, range) || mayHold(words)) addRange(found, range)
        }
        return found
      })
    } catch {
      // Deleted by somebody, or not to be read: it is made again.
      this.#known.delete(segment.number)
      return [whole]
    }
  }

  /** Writes down the words of everything that is stored now. */
  async complete(): Promise<void> {
    const until = this.#segments.list.at(-1)?.lastPosition ?? 0
    while (!this.#stopped && (await this.#next(until))) await this.#database.forgetFiles()
  }

  /** How many records have no words yet. What is written down and was not looked at is believed. */
  async missing(): Promise<number> {
    let missing = 0
    for (const segment of this.#segments.list) {
      const known = await this.#known.get(segment.number)?.catch(() => undefined)
      const written = known ? recordsIn(known) : (await blocksIn(wordsOf(segment.path))) * blockLength
      missing += Math.max(0, segment.records - written)
    }
    return missing
  }

  #later(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#goOn(), ms)
    this.#timer.unref()
  }

  async #goOn(): Promise<void> {
    const began = performance.now()
    // A segment that is gone, or a disk that is full: searches read more meanwhile.
    const isMore = await this.#next(undefined).catch(() => false)
    const spentMs = performance.now() - began
    this.#telemetry?.recordsWithoutWords(await this.missing())
    this.#later(isMore ? Math.max(shortestWaitMs, spentMs * (1 / this.#share - 1)) : idleMs)
  }

  /** One after the other: each adds to the end of a file. */
  #next(until: number | undefined): Promise<boolean> {
    const next = this.#running.then(() => this.#step(until))
    this.#running = next.catch(() => undefined)
    return next
  }

  /** The newest block that is not known, of all that have positions up to `until`; without it, of those that do not grow any more. False: there is none. */
  async #step(until: number | undefined): Promise<boolean> {
    if (this.#stopped) return false
    const list = this.#segments.list
    await this.#forgetOthers(list)
    for (const segment of list.toReversed()) {
      const known = await this.#knownOf(segment)
      const missing = missingOf(segment, known, until ?? (segment === list.at(-1) ? undefined : Infinity))
      if (!missing) continue
      try {
        await this.#build(segment, known, missing)
      } catch (error) {
        // Retention was faster.
        if (this.#segments.list.some(({ number }) => number === segment.number)) throw error
      }
      return true
    }
    return false
  }

  async #build(
    segment: Segment,
    { file, blocks }: Known,
    [number, range]: readonly [number, Range],
  ): Promise<void> {
    const words = { bits: new Int32Array(bitCount / 32), hidesLetters: false }
    try {
      await this.#read(segment, range, words)
    } catch (error) {
      if (!isMemoryExhausted(error)) throw error
      // A record of its own is too large to be read: any word may be in it.
      words.bits.fill(-1)
      words.hidesLetters = true
    }
    const sums = await this.#sums(segment, `WHERE ${inRanges([range])}`)
    const { records, check } = sums.get(number) ?? nothing
    const block = { ...range, records, check, hidesLetters: words.hidesLetters }
    blocks.set(number, await file.append(block, words.bits))
  }

  async #read(
    segment: Segment,
    range: Range,
    words: { readonly bits: Int32Array; hidesLetters: boolean },
  ): Promise<void> {
    const from = `FROM ${segment.schema}.records WHERE ${inRanges([range])}`
    try {
      const [row] = await this.#database.read(`SELECT count(*) ${from}`, [])
      await this.#database.readBytes(
        `SELECT encode(text), encode(document), encode(alert_document) ${from}`,
        Number(row?.[0]),
        (bytes, column) => {
          addGrams(bytes, words.bits)
          if (column > 0) words.hidesLetters ||= hidesLetters(bytes)
        },
      )
    } catch (error) {
      const half = Math.floor(lengthOf(range) / 2)
      if (half === 0 || !(isMemoryExhausted(error) || error instanceof Incomplete)) throw error
      await this.#read(segment, { from: range.from, to: range.from + half - 1 }, words)
      await this.#read(segment, { from: range.from + half, to: range.to }, words)
    }
  }

  #knownOf(segment: Segment): Promise<Known> {
    const { number } = segment
    const before = this.#known.get(number)
    if (before) return before
    const known = this.#check(segment)
    this.#known.set(number, known)
    // Asked again next time.
    known.catch(() => this.#known.delete(number))
    return known
  }

  async #forgetOthers(list: readonly Segment[]): Promise<void> {
    for (const [number, known] of this.#known) {
      const segment = list.find((one) => one.number === number)
      const { file, blocks, records } = await known
      // Retention took all records away, or some: what is known is about more than there is.
      if (!segment || segment.records < records) {
        this.#known.delete(number)
        blocks.clear()
        await file.remove()
      } else this.#known.set(number, Promise.resolve({ file, blocks, records: segment.records }))
    }
  }

  /** What the file says, as far as it is about the records that are there. */
  async #check(segment: Segment): Promise<Known> {
    const file = new WordFile(wordsOf(segment.path))
    const blocks = new Map<number, PlacedBlock>()
    const { records } = segment
    for (const block of await file.read()) blocks.set(Math.floor(block.from / blockLength), block)
    if (blocks.size === 0) return { file, blocks, records }
    const sums = await this.#sums(segment, '')
    for (const [number, block] of blocks) {
      const sum = sums.get(number) ?? nothing
      if (sum.records === block.records && sum.check === block.check) continue
      blocks.clear()
      await file.remove()
    }
    return { file, blocks, records }
  }

  async #sums(segment: Segment, where: string): Promise<ReadonlyMap<number, Sum>> {
    const rows = await this.#database.read(
      `SELECT position // ${blockLength}, count(*), bit_xor(fingerprint) FROM ${segment.schema}.records ${where} GROUP BY ALL`,
      [],
    )
    return new Map(
      rows.map(([number, records, check]) => [
        Number(number),
        { records: Number(records), check: BigInt(String(check)) },
      ]),
    )
  }
}

interface Sum {
  readonly records: number
  readonly check: bigint
}

const nothing: Sum = { records: 0, check: 0n }

export function wordsOf(segmentFile: string): string {
  return `${segmentFile}.words`
}

function covers(block: PlacedBlock | undefined, { from, to }: Range): boolean {
  return block !== undefined && block.from <= from && block.to >= to
}

function recordsIn({ blocks }: Known): number {
  let sum = 0
  for (const { records } of blocks.values()) sum += records
  return sum
}

type NumberedRange = readonly [number: number, range: Range]

/** The newest that is not known as far as `until`; without it, of those that are full. */
function missingOf(
  segment: Segment,
  { blocks }: Known,
  until: number | undefined,
): NumberedRange | undefined {
  return [...blocksOf(segment)]
    .filter(([number, { from, to }]) =>
      until === undefined ? to === (number + 1) * blockLength - 1 : from <= until,
    )
    .findLast(
      ([number, { from, to }]) => !covers(blocks.get(number), { from, to: Math.min(to, until ?? to) }),
    )
}

/** The parts of a segment that have words of their own, by number. */
function* blocksOf({ firstPosition, lastPosition }: Segment): Generator<NumberedRange> {
  const last = Math.floor(lastPosition / blockLength)
  for (let number = Math.floor(firstPosition / blockLength); number <= last; number++) {
    const from = Math.max(firstPosition, number * blockLength)
    yield [number, { from, to: Math.min(lastPosition, (number + 1) * blockLength - 1) }]
  }
}
