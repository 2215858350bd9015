import type { ContainerFacts } from './container-facts.ts'
import type { Inventory } from './inventory.ts'
import { textOf, type JsonObject } from './json-object.ts'

export interface LearnedAt {
  readonly atMs: number
  /** `Inventory.moment` when the engine was asked; `undefined`: just now. */
  readonly asked?: number | undefined
}

/** Enters a container's facts into the inventory, and adds to them what only the memory of this host knows. */
export function completeFacts(
  inventory: Inventory,
  id: string,
  facts: ContainerFacts,
  { atMs, asked }: LearnedAt,
): ContainerFacts {
  inventory.learn(id, facts, atMs, asked)
  const { sightings } = inventory
  const { condition } = facts
  const { image_digest: image, image_registry: registry } = facts.fields
  const sighting = sightings.get('image', textOf(image))
  const added = {
    ...(sighting ? { image_first_seen: new Date(sighting.firstMs).toISOString() } : {}),
    started: condition.startedAtMs !== undefined,
    image_new: sightings.isNew('image', textOf(image), atMs),
    ...(condition.project === '' ? {} : { compose_project: condition.project }),
    persists:
      condition.project === '' && /^(?:always|unless-stopped)$/.test(textOf(facts.fields['restart_policy'])),
    registry_new: sightings.isNew('registry', textOf(registry), atMs),
    ...joinedOf(inventory, facts),
  }
  return { ...facts, fields: { ...facts.fields, ...added } }
}

/** Whose namespaces it joins, and whether both belong to one compose project. */
function joinedOf(inventory: Inventory, { fields, condition }: ContainerFacts): JsonObject {
  const modes = [fields['pid_mode'], fields['network_mode'], fields['ipc_mode']].map(textOf)
  const mode = modes.find((text) => text.startsWith('container:'))
  if (mode === undefined) return {}
  const reference = mode.slice('container:'.length)
  const other = inventory.container(reference)
  return {
    joined: other?.name ?? reference.slice(0, 64),
    joined_same_project: condition.project !== '' && other?.project === condition.project,
  }
}
