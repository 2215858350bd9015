/** When something was seen first and last on an engine, milliseconds. */
export interface Sighting {
  readonly firstMs: number
  lastMs: number
  /** It was there before anybody looked, so that it is no news. */
  readonly wasThere: boolean
}

export type SightingKind = 'image' | 'registry'

const dayMs = 86_400_000
/** How long something counts as new, and how long it is remembered after it was seen last. */
const newMs = dayMs
const rememberedMs = 30 * dayMs

/** What images and registries this host has seen within thirty days. The one seen longest ago goes when the limit is reached. */
export class Sightings {
  readonly #limit: number
  readonly #seen = new Map<string, Sighting>()
  /** Until the first list is in, everything counts as having been there. */
  isBaseline = true
  version = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  note(kind: SightingKind, name: string, atMs: number): void {
    if (name === '') return
    const key = `${kind} ${name}`
    const before = this.#seen.get(key)
    const known = before && atMs - before.lastMs <= rememberedMs ? before : undefined
    this.#seen.delete(key)
    this.#seen.set(key, known ?? { firstMs: atMs, lastMs: atMs, wasThere: this.isBaseline })
    if (known) known.lastMs = Math.max(known.lastMs, atMs)
    else this.version += 1
    if (this.#seen.size <= this.#limit) return
    const oldest = this.#seen.keys().next()
    if (oldest.done !== true) this.#seen.delete(oldest.value)
  }

  get(kind: SightingKind, name: string): Sighting | undefined {
    return this.#seen.get(`${kind} ${name}`)
  }

  /** Seen here for the first time within the last day. */
  isNew(kind: SightingKind, name: string, atMs: number): boolean {
    const sighting = this.get(kind, name)
    return sighting !== undefined && !sighting.wasThere && atMs - sighting.firstMs < newMs
  }

  entries(): Iterable<readonly [key: string, sighting: Sighting]> {
    return this.#seen
  }

  restore(key: string, sighting: Sighting): void {
    this.#seen.set(key, sighting)
  }
}
