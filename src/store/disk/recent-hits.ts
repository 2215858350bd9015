import type { Dataset, Hit, Position } from '../store.ts'

interface Kept {
  readonly position: Position
  readonly event: Hit
  readonly alert: Hit | undefined
}

/** The newest records in memory, so that live views need no database. Bounded in bytes; older ones are read from the segments. */
export class RecentHits {
  #kept: Kept[] = []
  #bytes = 0
  readonly #maxBytes: number
  /** Every record after this position is here. */
  coveredFrom: Position

  constructor(maxBytes: number, coveredFrom: Position) {
    this.#maxBytes = maxBytes
    this.coveredFrom = coveredFrom
  }

  add(event: Hit, alert: Hit | undefined): void {
    this.#kept.push({ position: event.position, event, alert })
    this.#bytes += size(event, alert)
  }

  /** After a commit, not per record: forgetting one by one would move the array every time. */
  trim(): void {
    if (this.#bytes <= this.#maxBytes) return
    let gone = 0
    while (this.#bytes > this.#maxBytes / 2) {
      const oldest = this.#kept[gone]
      if (!oldest) break
      this.#bytes -= size(oldest.event, oldest.alert)
      this.coveredFrom = oldest.position
      gone += 1
    }
    this.#kept.splice(0, gone)
  }

  /** Up to `limit` records after the position, and how far that got. */
  after(dataset: Dataset, position: Position, limit: number): { hits: Hit[]; at: Position } {
    const hits: Hit[] = []
    let at = position
    for (let index = this.#indexAfter(position); index < this.#kept.length; index++) {
      const kept = this.#kept[index]
      if (!kept || hits.length >= limit) break
      at = kept.position
      const hit = dataset === 'events' ? kept.event : kept.alert
      if (hit) hits.push(hit)
    }
    return { hits, at }
  }

  #indexAfter(position: Position): number {
    let low = 0
    let high = this.#kept.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#kept[middle]?.position ?? Infinity) <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}

function size(event: Hit, alert: Hit | undefined): number {
  return (
    event.document.length + (alert && alert.document !== event.document ? alert.document.length : 0) + 200
  )
}
