import type { Assembler, LogRecord, Written } from './assembler.ts'
import type { Line } from './line.ts'

/** Joins what a container wrote on several lines, after it was unwrapped; each stream for itself, and lines that are not wrapped too. */
export class JoinedContainerLines implements Assembler {
  readonly #unwrapped: Assembler
  readonly #makeJoiner: () => Assembler
  readonly #joiners = new Map<Written['stream'] | 'plain', Assembler>()

  constructor(unwrapped: Assembler, makeJoiner: () => Assembler) {
    this.#unwrapped = unwrapped
    this.#makeJoiner = makeJoiner
  }

  get heldFrom(): number | undefined {
    const held = [this.#unwrapped, ...this.#joiners.values()].flatMap(({ heldFrom }) => heldFrom ?? [])
    return held.length === 0 ? undefined : Math.min(...held)
  }

  push(line: Line, nowMs: number, into: LogRecord[]): void {
    // A line of the container may have begun in an earlier line of the file.
    const start = Math.min(line.start, this.#unwrapped.heldFrom ?? line.start)
    const records: LogRecord[] = []
    this.#unwrapped.push(line, nowMs, records)
    for (const record of records) this.#join({ record, line, start }, nowMs, into)
  }

  idle(nowMs: number, into: LogRecord[]): void {
    const records: LogRecord[] = []
    this.#unwrapped.idle(nowMs, records)
    into.push(...records)
    for (const [stream, joiner] of this.#joiners) drain(stream, into, (found) => joiner.idle(nowMs, found))
  }

  finish(into: LogRecord[]): void {
    for (const [stream, joiner] of this.#joiners) drain(stream, into, (found) => joiner.finish(found))
    this.#unwrapped.finish(into)
  }

  #join({ record, line, start }: Unwrapped, nowMs: number, into: LogRecord[]): void {
    const stream = record.written?.stream ?? 'plain'
    const joiner = this.#joiners.get(stream) ?? this.#makeJoiner()
    this.#joiners.set(stream, joiner)
    const whole = { ...line, id: record.id, text: record.text, start }
    drain(stream, into, (found) => joiner.push(whole, nowMs, found), record.written?.atMs)
  }
}

interface Unwrapped {
  readonly record: LogRecord
  readonly line: Line
  readonly start: number
}

function drain(
  stream: Written['stream'] | 'plain',
  into: LogRecord[],
  work: (found: LogRecord[]) => void,
  atMs = NaN,
): void {
  const found: LogRecord[] = []
  work(found)
  for (const record of found)
    into.push(stream === 'plain' ? record : { ...record, written: { stream, atMs } })
}
