import { objectsOf, textOf, type JsonObject } from './json-object.ts'
import type { ContainerChange } from './known-containers.ts'

/** What an event of an engine said of the state of a container. */
export interface EngineChange {
  /** `EngineAddress.key` */
  readonly engine: string
  readonly change: ContainerChange
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
