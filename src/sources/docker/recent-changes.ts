import { objectsOf, textOf, type JsonObject } from './json-object.ts'
import type { ContainerChange } from './known-containers.ts'

/** What an event of an engine said of the state of a container. */
export interface EngineChange {
  /** `EngineAddress.key` */
  readonly engine: string
  readonly change: ContainerChange
}

/** The list of containers is saved every two seconds. */
const keptMs = 10_000
const kept = 512

/**
 * Changes that are stored and may not be in the saved list of containers: they lie in the cursor, so that list and cursor together are never older
 * than what is stored. When the list could not be saved for longer, a change that happened in a gap may be told twice.
 */
export class RecentChanges {
  #changes: { readonly at: number; readonly change: EngineChange }[]

  constructor(changes: readonly EngineChange[], now: number) {
    this.#changes = changes.map((change) => ({ at: now, change }))
  }

  /** `now`: milliseconds, of any clock that does not jump. */
  add(changes: readonly EngineChange[], now: number): void {
    const all = [...this.#changes, ...changes.map((change) => ({ at: now, change }))]
    this.#changes = all.slice(-kept).filter(({ at }) => now - at <= keptMs)
  }

  all(): readonly EngineChange[] {
    return this.#changes.map(({ change }) => change)
  }
}

/** As the cursor keeps it. */
export function writeChange({ engine, change }: EngineChange): JsonObject {
  const { action, actorId: id, attributes, timeNano } = change
  const [name, image] = [textOf(attributes['name']), textOf(attributes['image'])]
  return { engine, id, action, nano: String(timeNano), name, image }
}

/** Those of a cursor; what is damaged is left out. */
export function readChanges(value: unknown): EngineChange[] {
  return objectsOf(value).flatMap(({ engine, id, action, nano, name, image }) =>
    /^\d{1,19}$/.test(textOf(nano)) && textOf(id) !== ''
      ? [
          {
            engine: textOf(engine),
            change: {
              action: textOf(action),
              actorId: textOf(id),
              attributes: { name, image },
              timeNano: BigInt(textOf(nano)),
            },
          },
        ]
      : [],
  )
}
