import { readFileSync } from 'node:fs'
import path from 'node:path'
import type {
  EngineInventory,
  InventoryContainer,
  InventoryImage,
  InventoryNetwork,
  InventoryVolume,
} from '../../event/inventory.ts'
import { namedContainer } from './inventory-listing.ts'
import type { Inventory } from './inventory.ts'
import { isObject, objectsOf, textOf, textsOf, type JsonObject } from './json-object.ts'

/** Where the inventory of an engine lies below the home directory. */
export function inventoryFile(home: string, key: string): string {
  const name = `inventory-${key.replace(/[^\w.-]+/g, '_').slice(-80)}.json`
  return path.join(home, 'data', 'docker-listener', name)
}

export const inventoryFileName = /^inventory-.*\.json$/

export function inventoryText(inventory: Inventory): string {
  const sightings = [...inventory.sightings.entries()].map(([key, sighting]) => ({ key, ...sighting }))
  return JSON.stringify({ ...inventory.snapshot(), connected: false, sightings })
}

/** What was saved, not connected; `undefined` without a file or when it is damaged. */
export function readInventoryFile(file: string): EngineInventory | undefined {
  const saved = parsed(file)
  return saved && inventoryOf(saved)
}

/** Fills an inventory with what was saved. Everything is to be inspected anew. */
export function restoreInventory(inventory: Inventory, file: string): void {
  const saved = parsed(file)
  if (!saved) return
  const { containers, images, volumes, networks, ...rest } = inventoryOf(saved)
  for (const container of containers)
    inventory.containers.set(container.id, { ...container, inspected: false })
  for (const image of images) inventory.images.set(image.id, image)
  for (const volume of volumes) inventory.volumes.set(volume.name, volume)
  for (const network of networks) inventory.networks.set(network.id, network)
  const ids = [
    ...containers.map((container) => [`container ${container.id}`, container] as const),
    ...images.map((image) => [`image ${image.id}`, image] as const),
    ...volumes.map((volume) => [`volume ${volume.name}`, volume] as const),
    ...networks.map((network) => [`network ${network.id}`, network] as const),
  ]
  for (const [id, { lastActivityAtMs, lastAction }] of ids)
    if (lastActivityAtMs !== undefined) inventory.activity.set(id, { lastActivityAtMs, lastAction })
  inventory.connection = { address: rest.address, connected: false, version: rest.version }
  inventory.comparedAtMs = rest.comparedAtMs
  inventory.watchedSinceMs = rest.watchedSinceMs
  inventory.sightings.isBaseline = rest.watchedSinceMs === undefined
  for (const { key, firstMs, lastMs, wasThere } of objectsOf(saved['sightings']))
    if (typeof firstMs === 'number' && typeof lastMs === 'number')
      inventory.sightings.restore(textOf(key), { firstMs, lastMs, wasThere: wasThere === true })
}

function parsed(file: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function inventoryOf(saved: JsonObject): EngineInventory {
  return {
    engine: textOf(saved['engine']),
    address: textOf(saved['address']),
    connected: false,
    version: textOf(saved['version']),
    ...times(saved, ['comparedAtMs', 'watchedSinceMs']),
    containers: objectsOf(saved['containers']).map(containerOf),
    images: objectsOf(saved['images']).map(imageOf),
    volumes: objectsOf(saved['volumes']).map(volumeOf),
    networks: objectsOf(saved['networks']).map(networkOf),
    ...texts(saved, ['partial']),
  }
}

const activityOf = (saved: JsonObject): { lastActivityAtMs?: number; lastAction?: string } => ({
  ...times(saved, ['lastActivityAtMs']),
  ...texts(saved, ['lastAction']),
})

function containerOf(saved: JsonObject): InventoryContainer {
  const text = (key: string): string => textOf(saved[key])
  return {
    ...namedContainer(text('id'), text('name'), text('image')),
    ...texts(saved, ['imageId', 'registry', 'tag', 'state', 'health', 'project', 'service']),
    ...texts(saved, ['user', 'command', 'restartPolicy']),
    ...times(saved, ['exitCode', 'createdAtMs', 'startedAtMs', 'endedAtMs']),
    risks: textsOf(saved['risks']),
    privileged: saved['privileged'] === true,
    mounts: textsOf(saved['mounts']),
    ports: textsOf(saved['ports']),
    networks: attachmentsIn(saved['networks']),
    inspected: saved['inspected'] === true,
    ...activityOf(saved),
  }
}

function imageOf(saved: JsonObject): InventoryImage {
  return {
    id: textOf(saved['id']),
    names: textsOf(saved['names']),
    digests: textsOf(saved['digests']),
    registry: textOf(saved['registry']),
    latest: saved['latest'] === true,
    version: textOf(saved['version']),
    revision: textOf(saved['revision']),
    source: textOf(saved['source']),
    sizeBytes: numberOf(saved['sizeBytes']),
    ...times(saved, ['createdAtMs', 'firstSeenAtMs']),
    wasThere: saved['wasThere'] === true,
    containers: textsOf(saved['containers']),
    running: numberOf(saved['running']),
    ...activityOf(saved),
  }
}

function volumeOf(saved: JsonObject): InventoryVolume {
  return {
    name: textOf(saved['name']),
    driver: textOf(saved['driver']),
    mountpoint: textOf(saved['mountpoint']),
    anonymous: saved['anonymous'] === true,
    ...times(saved, ['createdAtMs']),
    containers: textsOf(saved['containers']),
    ...activityOf(saved),
  }
}

function networkOf(saved: JsonObject): InventoryNetwork {
  return {
    id: textOf(saved['id']),
    name: textOf(saved['name']),
    driver: textOf(saved['driver']),
    internal: saved['internal'] === true,
    subnets: textsOf(saved['subnets']),
    ...times(saved, ['createdAtMs']),
    containers: attachmentsIn(saved['containers']),
    ...activityOf(saved),
  }
}

function attachmentsIn(value: unknown): { name: string; address: string }[] {
  return objectsOf(value).map(({ name, address }) => ({ name: textOf(name), address: textOf(address) }))
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** Those members that are numbers. */
function times<K extends string>(saved: JsonObject, keys: readonly K[]): { [key in K]?: number } {
  const found: { [key in K]?: number } = {}
  for (const key of keys) {
    const value = saved[key]
    if (typeof value === 'number') found[key] = value
  }
  return found
}

/** Those members that are texts. */
function texts<K extends string>(saved: JsonObject, keys: readonly K[]): { [key in K]?: string } {
  const found: { [key in K]?: string } = {}
  for (const key of keys) {
    const value = saved[key]
    if (typeof value === 'string') found[key] = value
  }
  return found
}
