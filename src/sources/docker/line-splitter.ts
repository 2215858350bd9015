/** Frames newline-delimited JSON out of chunks of any size; a chunk of the transport is no unit of anything. */
export class LineSplitter {
  readonly #limit: number
  #rest: Buffer[] = []
  #restBytes = 0
  /** Lines that were longer than the limit and were left out. */
  tooLong = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  /** Complete lines, decoded as UTF-8, without empty ones. */
  push(chunk: Buffer): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = this.#complete(chunk.subarray(start, end))
      if (line !== undefined && line !== '') lines.push(line)
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length
    if (this.#restBytes > this.#limit) this.#rest = []
    else if (part.length > 0) this.#rest.push(part)
  }

  #complete(part: Buffer): string | undefined {
    this.#keep(part)
    const fits = this.#restBytes <= this.#limit
    const line = fits ? Buffer.concat(this.#rest).toString('utf8').trim() : undefined
    if (!fits) this.tooLong += 1
    this.#rest = []
    this.#restBytes = 0
    return line
  }
}
