import { Piece } from './piece.ts'
import type { Sink } from './sink.ts'

/** Opens documents with the arrival time in the zone of the server: `{"timestamp":"2026-11-21T21:54:18.210+0000"` (spec/rules.md §6.3). */
export class TimestampText {
  readonly #utcOffsetMinutes: (atMs: number) => number
  #second = NaN
  #prefix = new Piece('')
  #suffix = new Piece('')

  constructor(utcOffsetMinutes: (atMs: number) => number) {
    this.#utcOffsetMinutes = utcOffsetMinutes
  }

  write(atMs: number, sink: Sink): void {
    const second = Math.floor(atMs / 1000)
    if (second !== this.#second) this.#enter(second)
    sink.piece(this.#prefix)
    sink.number(Math.floor(atMs) - second * 1000, 3)
    sink.piece(this.#suffix)
  }

  #enter(second: number): void {
    const offset = this.#utcOffsetMinutes(second * 1000)
    const minutes = Math.abs(offset)
    const local = new Date(second * 1000 + offset * 60_000)
    this.#second = second
    this.#prefix = new Piece(`{"timestamp":"${local.toISOString().slice(0, 20)}`)
    this.#suffix = new Piece(`${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}"`)
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
