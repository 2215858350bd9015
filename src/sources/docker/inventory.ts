import type {
  Activity,
  EngineInventory,
  InventoryContainer,
  InventoryImage,
  InventoryNetwork,
  InventoryVolume,
} from '../../event/inventory.ts'
import { BoundedMap } from './bounded-map.ts'
import type { ContainerFacts } from './container-facts.ts'
import { registryOf } from './container-facts.ts'
import type { EngineEvent } from './engine-event.ts'
import {
  inspectedContainer,
  listedContainer,
  listedImage,
  listedNetwork,
  listedVolume,
  namedContainer,
  type ListedImage,
  type ListedNetwork,
  type ListedVolume,
} from './inventory-listing.ts'
import { textOf, type JsonObject } from './json-object.ts'
import { Sightings } from './sightings.ts'

/** What is kept of each kind at most. */
export const inventoryLimit = 20_000
const activityLimit = 50_000
const maxActionLength = 200

const stateAfter: Readonly<Record<string, string>> = {
  create: 'created',
  start: 'running',
  restart: 'running',
  unpause: 'running',
  pause: 'paused',
  die: 'exited',
}

/** What exists on one engine: lists of the engine, what inspects add, and what events changed since. */
export class Inventory {
  readonly engine: string
  readonly containers = new Map<string, InventoryContainer>()
  readonly images = new Map<string, ListedImage>()
  readonly volumes = new Map<string, ListedVolume>()
  readonly networks = new Map<string, ListedNetwork>()
  readonly activity = new BoundedMap<string, Activity>(activityLimit)
  readonly sightings = new Sightings(inventoryLimit)
  connection: Pick<EngineInventory, 'address' | 'connected' | 'version'> = {
    address: '',
    connected: false,
    version: '',
  }
  comparedAtMs: number | undefined
  watchedSinceMs: number | undefined
  /** Grows with every change. */
  version = 0
  /** How many events were applied. */
  #moment = 0
  readonly #changed = new BoundedMap<string, { readonly moment: number; readonly nano: bigint }>(
    inventoryLimit,
  )
  #partial: string | undefined

  constructor(engine: string) {
    this.engine = engine
  }

  /** To be kept when an engine is asked: its answer may be older than what events told by the time it comes. */
  get moment(): number {
    return this.#moment
  }

  /** An event told of a change since then, or of the removal. */
  #isChangedSince(id: string, asked: number): boolean {
    return (this.#changed.get(id)?.moment ?? 0) > asked
  }

  /** What an event tells by itself. */
  apply(event: EngineEvent): void {
    const { type, action, actorId, attributes, timeNano } = event
    this.#moment += 1
    const atMs = Number(timeNano / 1_000_000n)
    this.activity.set(`${type} ${actorId}`, {
      lastActivityAtMs: atMs,
      lastAction: action.slice(0, maxActionLength),
    })
    this.version += 1
    if (type === 'container') this.#applyToContainer(event, atMs)
    if (type === 'volume' && action === 'destroy') this.volumes.delete(actorId)
    if (type === 'network' && action === 'destroy') this.networks.delete(actorId)
    if (type === 'image' && action === 'pull')
      this.sightings.note('registry', registryOf(textOf(attributes['name'])), atMs)
  }

  #applyToContainer({ action, actorId, attributes, timeNano }: EngineEvent, atMs: number): void {
    // What is found in a gap may be older than what is known.
    if ((this.#changed.get(actorId)?.nano ?? 0n) > timeNano) return
    if (action === 'destroy') {
      this.#changed.set(actorId, { moment: this.#moment, nano: timeNano })
      return void this.containers.delete(actorId)
    }
    const before = this.containers.get(actorId)
    const name = textOf(attributes['name'])
    if (!before && action !== 'create') return // a list will bring it
    const container = before ?? namedContainer(actorId, name, textOf(attributes['image']))
    const change = changeOf(action, attributes, atMs)
    if (change) this.#changed.set(actorId, { moment: this.#moment, nano: timeNano })
    if (change || !before) this.#keep({ ...container, ...change, name: name || container.name })
  }

  /** What an inspect tells, also of images and registries. `asked`: the moment when the engine was asked. */
  learn(id: string, facts: ContainerFacts, atMs: number, asked = this.#moment): void {
    const { image_digest: digest, image_registry: registry, image } = facts.fields
    this.sightings.note('image', textOf(digest), atMs)
    this.sightings.note('registry', textOf(registry), atMs)
    const before = this.containers.get(id)
    const isOld = this.#isChangedSince(id, asked)
    if (isOld && !before) return // removed meanwhile
    const container = inspectedContainer(before ?? namedContainer(id, facts.name, textOf(image)), facts)
    this.#keep(isOld && before ? { ...container, ...conditionOf(before) } : container)
  }

  #keep(container: InventoryContainer): void {
    const isKnown = this.containers.has(container.id)
    if (!isKnown && this.containers.size >= inventoryLimit) return this.#cut('containers')
    this.containers.set(container.id, container)
    this.version += 1
  }

  #cut(what: string): void {
    this.#partial = `more than ${inventoryLimit} ${what}: the rest is left out`
  }

  /** `asked`: the moment when the engine was asked. */
  setContainers(listing: readonly JsonObject[], asked = this.#moment): void {
    const listed = new Map(listing.map((container) => [textOf(container['Id']), container]))
    for (const id of this.containers.keys())
      if (!listed.has(id) && !this.#isChangedSince(id, asked)) this.containers.delete(id)
    for (const [id, container] of listed) {
      const before = this.containers.get(id)
      const isOld = this.#isChangedSince(id, asked)
      if (id === '' || (isOld && !before)) continue
      const now = listedContainer(container, before)
      this.#keep(isOld && before ? { ...now, ...conditionOf(before) } : now)
    }
    this.version += 1
  }

  setImages(listing: readonly JsonObject[], atMs: number): void {
    const images = listing.map(listedImage).filter(({ id }) => id !== '')
    this.images.clear()
    for (const image of images.slice(0, inventoryLimit)) {
      this.images.set(image.id, image)
      this.sightings.note('image', image.id, atMs)
      for (const name of image.names) this.sightings.note('registry', registryOf(name), atMs)
    }
    if (images.length > inventoryLimit) this.#cut('images')
    this.version += 1
  }

  setVolumes(listing: readonly JsonObject[]): void {
    this.volumes.clear()
    for (const volume of listing.slice(0, inventoryLimit).map(listedVolume))
      this.volumes.set(volume.name, volume)
    if (listing.length > inventoryLimit) this.#cut('volumes')
    this.version += 1
  }

  setNetworks(listing: readonly JsonObject[]): void {
    this.networks.clear()
    for (const network of listing.slice(0, inventoryLimit).map(listedNetwork))
      this.networks.set(network.id, network)
    if (listing.length > inventoryLimit) this.#cut('networks')
    this.version += 1
  }

  /** By id, by the beginning of one, or by name: the ways in which `container:…` may name another. */
  container(reference: string): InventoryContainer | undefined {
    const found = this.containers.get(reference)
    if (found) return found
    for (const container of this.containers.values())
      if (container.name === reference || (reference.length >= 12 && container.id.startsWith(reference)))
        return container
    return undefined
  }

  snapshot(): EngineInventory {
    const containers = [...this.containers.values()]
    return {
      engine: this.engine,
      ...this.connection,
      comparedAtMs: this.comparedAtMs,
      watchedSinceMs: this.watchedSinceMs,
      containers: containers.map((container) => ({ ...container, ...this.#last('container', container.id) })),
      images: this.#imagesWith(containers),
      volumes: this.#volumesWith(containers),
      networks: this.#networksWith(containers),
      partial: this.#partial,
    }
  }

  #imagesWith(containers: readonly InventoryContainer[]): InventoryImage[] {
    const users = grouped(containers, ({ imageId }) => [imageId])
    return [...this.images.values()].map((image) => {
      const of = users.get(image.id) ?? []
      const sighting = this.sightings.get('image', image.id)
      return {
        ...image,
        firstSeenAtMs: sighting?.firstMs,
        wasThere: sighting?.wasThere ?? false,
        containers: of.map(({ name }) => name),
        running: of.filter(({ state }) => state === 'running').length,
        ...this.#newest('image', [image.id, ...image.names]),
      }
    })
  }

  #volumesWith(containers: readonly InventoryContainer[]): InventoryVolume[] {
    const users = grouped(containers, ({ mounts }) => mounts.map((mount) => mount.split(':', 1)[0] ?? ''))
    return [...this.volumes.values()].map((volume) => ({
      ...volume,
      containers: (users.get(volume.name) ?? []).map(({ name }) => name),
      ...this.#last('volume', volume.name),
    }))
  }

  #networksWith(containers: readonly InventoryContainer[]): InventoryNetwork[] {
    const users = grouped(containers, ({ networks }) => networks.map(({ name }) => name))
    return [...this.networks.values()].map((network) => ({
      ...network,
      containers: (users.get(network.name) ?? []).map(({ name, networks }) => ({
        name,
        address: networks.find((attached) => attached.name === network.name)?.address ?? '',
      })),
      ...this.#last('network', network.id),
    }))
  }

  #last(type: string, id: string): Activity {
    return this.activity.get(`${type} ${id}`) ?? {}
  }

  #newest(type: string, ids: readonly string[]): Activity {
    const time = ({ lastActivityAtMs = 0 }: Activity): number => lastActivityAtMs
    return ids
      .map((id) => this.#last(type, id))
      .reduce((newest, next) => (time(next) > time(newest) ? next : newest), {})
  }
}

/** What events tell of a container. */
function conditionOf({ name, state, health, exitCode, startedAtMs, endedAtMs }: InventoryContainer) {
  return { name, state, health, exitCode, startedAtMs, endedAtMs }
}

function changeOf(
  action: string,
  attributes: JsonObject,
  atMs: number,
): Partial<InventoryContainer> | undefined {
  if (action.startsWith('health_status'))
    return { health: /unhealthy/.test(action) ? 'unhealthy' : 'healthy' }
  if (action === 'rename') return { name: textOf(attributes['name']) }
  const state = Object.hasOwn(stateAfter, action) ? stateAfter[action] : undefined
  if (state === undefined) return undefined
  if (action === 'start' || action === 'restart') return { state, startedAtMs: atMs, exitCode: undefined }
  if (action === 'create') return { state, createdAtMs: atMs }
  if (action !== 'die') return { state }
  const exitCode = /^\d{1,3}$/.test(textOf(attributes['exitCode']))
    ? Number(attributes['exitCode'])
    : undefined
  return { state, endedAtMs: atMs, exitCode, health: '' }
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items)
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key)
      if (group) group.push(item)
      else groups.set(key, [item])
    }
  return groups
}
