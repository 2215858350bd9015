import type { EngineInventory, InventoryContainer, InventoryImage } from '../../src/event/inventory.ts'

const hourMs = 3_600_000
const hoursAgo = (hours: number) => Date.now() - hours * hourMs

function container(name: string, image: string, more: Partial<InventoryContainer> = {}): InventoryContainer {
  return {
    id: name.padEnd(64, '0'),
    name,
    image,
    imageId: `sha256:${image.length.toString(16).repeat(64).slice(0, 64)}`,
    registry: 'docker.io',
    tag: image.split(':')[1] ?? 'latest',
    state: 'running',
    health: '',
    createdAtMs: hoursAgo(30),
    startedAtMs: hoursAgo(30),
    project: 'shop',
    service: name,
    risks: [],
    privileged: false,
    user: '',
    command: '/docker-entrypoint.sh nginx',
    restartPolicy: 'unless-stopped',
    mounts: ['/srv/data:/data:rw'],
    ports: ['0.0.0.0:8080->80/tcp'],
    networks: [{ name: 'shop_default', address: '172.18.0.4' }],
    inspected: true,
    lastActivityAtMs: hoursAgo(2),
    lastAction: 'start',
    ...more,
  }
}

function image(name: string, more: Partial<InventoryImage> = {}): InventoryImage {
  return {
    id: `sha256:${name.length.toString(16).repeat(64).slice(0, 64)}`,
    names: [name],
    digests: [
      `${name.split(':')[0]}@sha256:8b840397bb823f8e996d3b0674b7ab4084e8b9632bc482be4990355836d27469`,
    ],
    registry: 'docker.io',
    latest: name.endsWith(':latest'),
    version: name.split(':')[1] ?? '',
    revision: '',
    source: '',
    sizeBytes: 192_000_000,
    createdAtMs: hoursAgo(900),
    firstSeenAtMs: hoursAgo(40),
    wasThere: false,
    containers: [],
    running: 0,
    ...more,
  }
}

/** A host with a few containers, one of them dangerous, one that failed. */
export function inventory(): readonly EngineInventory[] {
  const shop = 'registry.local/shop/web:2026.3'
  return [
    {
      engine: 'default',
      address: 'unix:///var/run/docker.sock',
      connected: true,
      version: '29.1.0',
      comparedAtMs: hoursAgo(0.01),
      watchedSinceMs: hoursAgo(500),
      containers: [
        container('billing-api-1', shop, {
          privileged: true,
          risks: ['privileged', 'host pid', 'docker socket', 'no limits', 'root'],
        }),
        container('edge-cache', 'redis:7.2-alpine', { health: 'healthy' }),
        container('pg-main', 'postgres:16', { health: 'unhealthy', ports: [], user: 'postgres' }),
        container('queue-worker-3', shop, { state: 'exited', exitCode: 137, endedAtMs: hoursAgo(3) }),
      ],
      images: [
        image(shop, { containers: ['billing-api-1', 'queue-worker-3'], running: 1 }),
        image('redis:7.2-alpine', { containers: ['edge-cache'], running: 1, sizeBytes: 41_000_000 }),
        image('postgres:16', { containers: ['pg-main'], running: 1, wasThere: true, sizeBytes: 432_000_000 }),
        image('busybox:latest', { digests: [], sizeBytes: 4_300_000 }),
      ],
      volumes: [
        {
          name: 'pgdata',
          driver: 'local',
          mountpoint: '/var/lib/docker/volumes/pgdata',
          anonymous: false,
          containers: ['pg-main'],
        },
      ],
      networks: [
        {
          id: 'n1',
          name: 'shop_default',
          driver: 'bridge',
          internal: false,
          subnets: ['172.18.0.0/16'],
          containers: [],
        },
      ],
    },
  ]
}
