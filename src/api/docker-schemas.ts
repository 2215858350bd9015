// What the inventory of container engines looks like (`event/inventory.ts`).

const text = { type: 'string' } as const
const texts = { type: 'array', items: text } as const
const count = { type: 'integer' } as const
const flag = { type: 'boolean' } as const
const time = { type: 'number', description: 'Milliseconds since 1970.' } as const
const attachments = {
  type: 'array',
  items: { type: 'object', required: ['name', 'address'], properties: { name: text, address: text } },
} as const
const activity = {
  lastActivityAtMs: time,
  lastAction: { ...text, description: 'Action of the last event: `start`, `exec_start: ls`.' },
} as const
const engine = { ...text, description: 'The engine it is on.' } as const

export const engineSchema = {
  type: 'object',
  required: [
    'engine',
    'address',
    'connected',
    'version',
    'running',
    'containers',
    'images',
    'volumes',
    'networks',
  ],
  properties: {
    engine: { ...text, description: 'Names the engine: its address as configured, or `default`.' },
    address: text,
    connected: { ...flag, description: 'When false, everything is as it was last seen.' },
    version: text,
    comparedAtMs: { ...time, description: 'When the list was last compared with the engine.' },
    watchedSinceMs: time,
    running: { ...count, description: 'Containers that run.' },
    containers: count,
    images: count,
    volumes: count,
    networks: count,
    partial: { ...text, description: 'What is missing because a limit was reached.' },
  },
} as const

export const containerSchema = {
  type: 'object',
  required: [
    'engine',
    'id',
    'name',
    'image',
    'imageId',
    'registry',
    'tag',
    'state',
    'health',
    'risks',
    'inspected',
  ],
  properties: {
    engine,
    id: text,
    name: text,
    image: { ...text, description: 'As the container names it: `shop/web:1.4`.' },
    imageId: { ...text, description: 'Digest of the image it was made of: `id` of an image.' },
    registry: text,
    tag: text,
    state: { ...text, description: 'created, running, paused, restarting, removing, exited or dead.' },
    health: { ...text, description: 'healthy, unhealthy, starting, or empty.' },
    exitCode: count,
    createdAtMs: time,
    startedAtMs: time,
    endedAtMs: time,
    project: { ...text, description: 'Compose project.' },
    service: { ...text, description: 'Compose service.' },
    risks: {
      ...texts,
      description: 'What makes it dangerous to its host: words of `docker.container.risk`.',
    },
    privileged: flag,
    user: text,
    command: text,
    restartPolicy: text,
    mounts: { ...texts, description: '`/srv/data:/data:rw`' },
    ports: { ...texts, description: '`0.0.0.0:8080->80/tcp`' },
    networks: attachments,
    inspected: { ...flag, description: 'False: risks, ports and mounts are not known yet.' },
    ...activity,
  },
} as const

export const imageSchema = {
  type: 'object',
  required: [
    'engine',
    'id',
    'names',
    'digests',
    'registry',
    'latest',
    'version',
    'sizeBytes',
    'containers',
    'running',
  ],
  properties: {
    engine,
    id: text,
    names: { ...texts, description: '`shop/web:1.4`; empty for an image that lost its names.' },
    digests: { ...texts, description: '`shop/web@sha256:…`; empty for images made here and never pushed.' },
    registry: text,
    latest: { ...flag, description: 'One of its names has the tag `latest`.' },
    version: { ...text, description: 'Label org.opencontainers.image.version.' },
    revision: text,
    source: text,
    sizeBytes: { type: 'number' },
    createdAtMs: time,
    firstSeenAtMs: { ...time, description: 'When it was first seen on this engine.' },
    wasThere: { ...flag, description: 'It was there before this engine was watched.' },
    containers: { ...texts, description: 'Names of the containers made of it.' },
    running: { ...count, description: 'How many of them run.' },
    ...activity,
  },
} as const

export const volumeSchema = {
  type: 'object',
  required: ['engine', 'name', 'driver', 'anonymous', 'containers'],
  properties: {
    engine,
    name: text,
    driver: text,
    mountpoint: text,
    anonymous: { ...flag, description: 'Named by the engine, not by a person.' },
    createdAtMs: time,
    containers: { ...texts, description: 'Names of the containers that have it mounted.' },
    ...activity,
  },
} as const

export const networkSchema = {
  type: 'object',
  required: ['engine', 'id', 'name', 'driver', 'internal', 'containers'],
  properties: {
    engine,
    id: text,
    name: text,
    driver: text,
    internal: { ...flag, description: 'Without a way out.' },
    subnets: texts,
    createdAtMs: time,
    containers: {
      ...attachments,
      description: 'Who is attached: name of the container and its address there.',
    },
    ...activity,
  },
} as const
