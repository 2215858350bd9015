import type { LateEvent } from './outgoing.ts'

const followUpSuffix = ':follow-up'

/** An event that comes again with its facts has an id of its own, always the same. */
export function followUpId(id: string): string {
  return `${id}${followUpSuffix}`
}

/** Events that went without their facts and have not come again. The oldest is forgotten when the limit is reached: it comes again unless we stop before. */
export class LateEvents {
  readonly #limit: number
  readonly #events = new Map<string, LateEvent>()

  constructor(limit: number, events: readonly LateEvent[]) {
    this.#limit = limit
    for (const event of events) this.add(event)
  }

  add(event: LateEvent): void {
    this.#events.set(event.id, event)
    if (this.#events.size <= this.#limit) return
    const oldest = this.#events.keys().next()
    if (oldest.done !== true) this.#events.delete(oldest.value)
  }

  /** By its own id, or by that of its second coming. */
  settle(id: string): void {
    this.#events.delete(id.endsWith(followUpSuffix) ? id.slice(0, -followUpSuffix.length) : id)
  }

  all(): readonly LateEvent[] {
    return [...this.#events.values()]
  }

  of(engine: string): readonly LateEvent[] {
    return this.all().filter((event) => event.engine === engine)
  }
}
