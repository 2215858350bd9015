/** What happened to an object last, as far as events told. */
export interface Activity {
  readonly lastActivityAtMs?: number | undefined
  /** Action of that event: `start`, `exec_start: ls`, `pull`. */
  readonly lastAction?: string | undefined
}

export interface Attachment {
  readonly name: string
  /** Inside of that network; empty while the container does not run. */
  readonly address: string
}

export interface InventoryContainer extends Activity {
  readonly id: string
  readonly name: string
  /** As the container names it: `shop/web:1.4`. */
  readonly image: string
  /** Digest of the image it was made of. */
  readonly imageId: string
  readonly registry: string
  /** `latest` when none is written; empty for digests. */
  readonly tag: string
  /** In the words of the engine: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`. */
  readonly state: string
  /** `healthy`, `unhealthy`, `starting`; empty without health check. */
  readonly health: string
  readonly exitCode?: number | undefined
  readonly createdAtMs?: number | undefined
  readonly startedAtMs?: number | undefined
  readonly endedAtMs?: number | undefined
  /** Compose project and service; empty without. */
  readonly project: string
  readonly service: string
  /** What makes it dangerous to its host: the words of `docker.container.risk`. */
  readonly risks: readonly string[]
  readonly privileged: boolean
  /** Empty: that of the image. */
  readonly user: string
  readonly command: string
  readonly restartPolicy: string
  /** `/srv/data:/data:rw` */
  readonly mounts: readonly string[]
  /** `0.0.0.0:8080->80/tcp` */
  readonly ports: readonly string[]
  readonly networks: readonly Attachment[]
  /** False until the engine told more than its list does: risks, ports and mounts may be missing. */
  readonly inspected: boolean
}

export interface InventoryImage extends Activity {
  readonly id: string
  /** `shop/web:1.4`; empty for an image that lost its names. */
  readonly names: readonly string[]
  /** `shop/web@sha256:…`; empty for images that were made here and never pushed. */
  readonly digests: readonly string[]
  readonly registry: string
  /** One of its names has the tag `latest`. */
  readonly latest: boolean
  /** Labels `org.opencontainers.image.version`, `…revision` and `…source`. */
  readonly version: string
  readonly revision: string
  readonly source: string
  readonly sizeBytes: number
  readonly createdAtMs?: number | undefined
  /** When it was first seen on this engine. */
  readonly firstSeenAtMs?: number | undefined
  /** It was there before anybody looked, so that `firstSeenAtMs` is only when watching began. */
  readonly wasThere: boolean
  /** Names of the containers made of it. */
  readonly containers: readonly string[]
  readonly running: number
}

export interface InventoryVolume extends Activity {
  readonly name: string
  readonly driver: string
  readonly mountpoint: string
  /** Named by the engine, not by a person. */
  readonly anonymous: boolean
  readonly createdAtMs?: number | undefined
  /** Names of the containers that have it mounted. */
  readonly containers: readonly string[]
}

export interface InventoryNetwork extends Activity {
  readonly id: string
  readonly name: string
  readonly driver: string
  /** Without a way out. */
  readonly internal: boolean
  readonly subnets: readonly string[]
  readonly createdAtMs?: number | undefined
  /** Who is attached: name of the container and its address there. */
  readonly containers: readonly Attachment[]
}

/** What exists on one container engine. */
export interface EngineInventory {
  /** Names the engine: its address as configured, or `default`. */
  readonly engine: string
  /** Where it was found: `unix:///var/run/docker.sock`. */
  readonly address: string
  /** Now. When false, everything else is as it was last seen. */
  readonly connected: boolean
  /** Of the engine; empty before the first connection. */
  readonly version: string
  /** When the list was last compared with the engine; absent when never. */
  readonly comparedAtMs?: number | undefined
  /** When this engine was first watched. */
  readonly watchedSinceMs?: number | undefined
  readonly containers: readonly InventoryContainer[]
  readonly images: readonly InventoryImage[]
  readonly volumes: readonly InventoryVolume[]
  readonly networks: readonly InventoryNetwork[]
  /** What is missing because a limit was reached. */
  readonly partial?: string | undefined
}
