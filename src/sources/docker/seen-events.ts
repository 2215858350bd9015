import type { Position } from './cursor.ts'
import { advance } from './cursor.ts'

/** Which events were received, as far back as an engine can repeat them (256), with room to spare. */
export class SeenEvents {
  readonly #limit: number
  readonly #ids = new Set<string>()
  #position: Position | undefined

  /** `ids`: received as well, besides those at the position. */
  constructor(limit: number, from: Position | undefined, ids: readonly string[] = []) {
    this.#limit = limit
    this.#position = from
    for (const id of [...ids.slice(-limit), ...(from?.ids ?? [])]) this.#ids.add(id)
  }

  /** Of the newest event received. */
  get position(): Position | undefined {
    return this.#position
  }

  /** Nothing has come, and nothing before this will. */
  begin(position: Position): void {
    this.#position ??= position
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** False when it was there already. */
  add(engineId: string, nano: bigint, id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    if (this.#ids.size > this.#limit) {
      const oldest = this.#ids.values().next()
      if (oldest.done !== true) this.#ids.delete(oldest.value)
    }
    this.#position = advance(this.#position, engineId, nano, id)
    return true
  }
}
