/** Prints arrival times in the zone of the server: `2026-11-21T21:54:18.210+0000` (spec/rules.md §6.3). */
export class TimestampText {
  readonly #utcOffsetMinutes: (atMs: number) => number
  #second = NaN
  #prefix = ''
  #suffix = ''

  constructor(utcOffsetMinutes: (atMs: number) => number) {
    this.#utcOffsetMinutes = utcOffsetMinutes
  }

  render(atMs: number): string {
    const second = Math.floor(atMs / 1000)
    if (second !== this.#second) this.#enter(second)
    return `${this.#prefix}${String(Math.floor(atMs) - second * 1000).padStart(3, '0')}${this.#suffix}`
  }

  #enter(second: number): void {
    const offset = this.#utcOffsetMinutes(second * 1000)
    const minutes = Math.abs(offset)
    const local = new Date(second * 1000 + offset * 60_000)
    this.#second = second
    this.#prefix = local.toISOString().slice(0, 20)
    this.#suffix = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
