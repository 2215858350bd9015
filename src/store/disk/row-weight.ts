/** Some rows that were stored one after the other, and the bytes of their lines. */
export interface Rows {
  readonly records: number
  readonly bytes: number
}

/** DuckDB compresses and reads so many rows at a time, whatever they weigh. */
export const vectorLength = 2048
/**
 * The weight of the newest rows of a segment, never less than it is. Rows that weigh too much together go to different segments: nothing else keeps
 * them out of one vector.
 */
export class RowWeight {
  /** Together the last `vectorLength` rows, or more. */
  readonly #newest: readonly Rows[]
  readonly #mostBytes: number

  constructor(mostBytes: number, newest: readonly Rows[] = []) {
    this.#mostBytes = mostBytes
    this.#newest = newest
  }

  /** With these behind them; `undefined` when some would weigh too much for one vector. */
  with(added: readonly Rows[]): RowWeight | undefined {
    let newest = this.#newest
    for (const rows of added) {
      const all = [...newest, rows]
      if (newest.length > 0 && all.reduce((sum, { bytes }) => sum + bytes, 0) > this.#mostBytes)
        return undefined
      newest = all.slice(firstOf(all))
    }
    return new RowWeight(this.#mostBytes, newest)
  }
}

/** Where those begin that may share a vector with the next row. */
function firstOf(all: readonly Rows[]): number {
  let records = 0
  for (let at = all.length - 1; at > 0; at -= 1) {
    records += all[at]?.records ?? 0
    if (records >= vectorLength) return at
  }
  return 0
}
