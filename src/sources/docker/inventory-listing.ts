import type {
  InventoryContainer,
  InventoryImage,
  InventoryNetwork,
  InventoryVolume,
} from '../../event/inventory.ts'
import { attachmentsOf, composeOf } from './container-condition.ts'
import { registryOf, tagOf, type ContainerFacts } from './container-facts.ts'
import { nanoOfTime } from './cursor.ts'
import { objectOf, objectsOf, textOf, textsOf, type JsonObject } from './json-object.ts'

const isText = (value: string): boolean => value !== ''

function msOfTime(text: string): number | undefined {
  const nano = nanoOfTime(text)
  return nano === 0n ? undefined : Number(nano / 1_000_000n)
}

function msOfSeconds(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value * 1000 : undefined
}

/** A container of which only its name and image are known. */
export function namedContainer(id: string, name: string, image: string): InventoryContainer {
  return {
    id,
    name,
    image,
    imageId: '',
    registry: registryOf(image),
    tag: tagOf(image),
    state: 'created',
    health: '',
    project: '',
    service: '',
    risks: [],
    privileged: false,
    user: '',
    command: '',
    restartPolicy: '',
    mounts: [],
    ports: [],
    networks: [],
    inspected: false,
  }
}

/** One of `GET /containers/json`, on top of what was known. */
export function listedContainer(
  listed: JsonObject,
  before: InventoryContainer | undefined,
): InventoryContainer {
  const names = textsOf(listed['Names']).map((name) => name.replace(/^\//, ''))
  // Links show as `/web/db`; the container's own name has no slash.
  const name = names.find((candidate) => !candidate.includes('/')) ?? names[0] ?? ''
  const image = textOf(listed['Image'])
  const base = before ?? namedContainer(textOf(listed['Id']), name, image)
  return {
    ...base,
    name,
    // The list shows the id of an image that lost its name; what the container asked for is better.
    image: base.inspected ? base.image : image,
    imageId: textOf(listed['ImageID']) || base.imageId,
    state: textOf(listed['State']) || base.state,
    // In whole seconds here; an inspect knows better.
    createdAtMs: base.createdAtMs ?? msOfSeconds(listed['Created']),
    networks: attachmentsOf(objectOf(objectOf(listed['NetworkSettings'])['Networks'])),
    ...composeOf(objectOf(listed['Labels'])),
  }
}

/** With what an inspect tells. */
export function inspectedContainer(before: InventoryContainer, facts: ContainerFacts): InventoryContainer {
  const { fields, condition } = facts
  return {
    ...before,
    name: facts.name || before.name,
    image: textOf(fields['image']) || before.image,
    imageId: textOf(fields['image_digest']) || before.imageId,
    registry: textOf(fields['image_registry']),
    tag: textOf(fields['image_tag']),
    state: condition.state || before.state,
    health: condition.health,
    exitCode: condition.exitCode,
    createdAtMs: condition.createdAtMs ?? before.createdAtMs,
    startedAtMs: condition.startedAtMs,
    endedAtMs: condition.endedAtMs,
    project: condition.project,
    service: condition.service,
    risks: textsOf(fields['risk']),
    privileged: facts.privileged,
    user: facts.user,
    command: textOf(fields['command']),
    restartPolicy: textOf(fields['restart_policy']),
    mounts: textsOf(fields['mounts']),
    ports: textsOf(fields['ports']),
    networks: condition.networks,
    inspected: true,
  }
}

export type ListedImage = Omit<InventoryImage, 'firstSeenAtMs' | 'wasThere' | 'containers' | 'running'>

/** One of `GET /images/json`. */
export function listedImage(listed: JsonObject): ListedImage {
  const real = (name: string): boolean => name !== '' && !name.startsWith('<none>')
  const names = textsOf(listed['RepoTags']).filter(real)
  const digests = textsOf(listed['RepoDigests']).filter(real)
  const labels = objectOf(listed['Labels'])
  const label = (name: string): string => textOf(labels[`org.opencontainers.image.${name}`]).slice(0, 256)
  return {
    id: textOf(listed['Id']),
    names,
    digests,
    registry: registryOf(names[0] ?? digests[0] ?? ''),
    latest: names.some((name) => tagOf(name) === 'latest'),
    version: label('version'),
    revision: label('revision'),
    source: label('source'),
    sizeBytes: typeof listed['Size'] === 'number' ? listed['Size'] : 0,
    createdAtMs: msOfSeconds(listed['Created']),
  }
}

export type ListedVolume = Omit<InventoryVolume, 'containers'>

/** One of `GET /volumes`. */
export function listedVolume(listed: JsonObject): ListedVolume {
  const name = textOf(listed['Name'])
  return {
    name,
    driver: textOf(listed['Driver']),
    mountpoint: textOf(listed['Mountpoint']),
    anonymous: /^[0-9a-f]{64}$/.test(name),
    createdAtMs: msOfTime(textOf(listed['CreatedAt'])),
  }
}

export type ListedNetwork = Omit<InventoryNetwork, 'containers'>

/** One of `GET /networks`. */
export function listedNetwork(listed: JsonObject): ListedNetwork {
  const ranges = objectsOf(objectOf(listed['IPAM'])['Config'])
  return {
    id: textOf(listed['Id']),
    name: textOf(listed['Name']),
    driver: textOf(listed['Driver']),
    internal: listed['Internal'] === true,
    subnets: ranges.map((range) => textOf(range['Subnet'])).filter(isText),
    createdAtMs: msOfTime(textOf(listed['Created'])),
  }
}
