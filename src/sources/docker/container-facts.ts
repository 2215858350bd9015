import { conditionOf, type ContainerCondition } from './container-condition.ts'
import type { JsonObject } from './json-object.ts'
import { objectOf, objectsOf, textOf, textsOf } from './json-object.ts'
import { risksOf } from './container-risks.ts'

/** What an inspect says that events do not, as it goes into events under `docker.container`. Never modified. */
export interface ContainerFacts {
  readonly name: string
  /** For `docker.container`; the same object for every event until the next inspect. */
  readonly fields: JsonObject
  readonly privileged: boolean
  /** `Healthcheck.Test` as an argument vector; empty without one. */
  readonly healthcheck: readonly string[]
  /** User of the container's processes; empty is the image's default, root. */
  readonly user: string
  readonly condition: ContainerCondition
}

const maxItems = 64
const suspiciousKey =
  /passw|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|connection[_-]?string/i

/** `KEY=value` → `KEY`, for those keys that look like secrets. Values never leave this function. */
export function suspiciousKeys(env: readonly string[]): string[] {
  const keys = env.map((entry) => entry.split('=', 1)[0] ?? '')
  return keys.filter((key) => suspiciousKey.test(key)).slice(0, maxItems)
}

/** `--token=abc` → `--token=***`: arguments can carry secrets as well. */
export function maskArgument(word: string): string {
  const equals = word.indexOf('=')
  return equals > 0 && suspiciousKey.test(word.slice(0, equals)) ? `${word.slice(0, equals)}=***` : word
}

/** Facts of `GET /containers/{id}/json`; whatever is missing is left out. */
export function containerFacts(inspected: unknown): ContainerFacts {
  const container = objectOf(inspected)
  const host = objectOf(container['HostConfig'])
  const config = objectOf(container['Config'])
  const name = textOf(container['Name']).replace(/^\//, '')
  const image = textOf(config['Image'])
  const mounts = objectsOf(container['Mounts']).slice(0, maxItems).map(mountOf)
  const facts = {
    id: textOf(container['Id']),
    name,
    image,
    image_digest: textOf(container['Image']),
    image_registry: registryOf(image),
    image_tag: tagOf(image),
    command: commandOf(config),
    privileged: host['Privileged'] === true,
    user: textOf(config['User']),
    network_mode: textOf(host['NetworkMode']),
    pid_mode: textOf(host['PidMode']),
    ipc_mode: textOf(host['IpcMode']),
    uts_mode: textOf(host['UTSMode']),
    userns_mode: textOf(host['UsernsMode']),
    cgroupns_mode: textOf(host['CgroupnsMode']),
    capabilities: list(textsOf(host['CapAdd'])),
    capabilities_dropped: list(textsOf(host['CapDrop'])),
    security_opt: list(textsOf(host['SecurityOpt'])),
    devices: list(objectsOf(host['Devices']).map((device) => textOf(device['PathOnHost']))),
    device_cgroup_rules: list(textsOf(host['DeviceCgroupRules'])),
    mounts: list(mounts.map(({ text }) => text)),
    ports: list(portsOf(objectOf(host['PortBindings']))),
    networks: list(Object.keys(objectOf(objectOf(container['NetworkSettings'])['Networks']))),
    read_only: host['ReadonlyRootfs'] === true,
    auto_remove: host['AutoRemove'] === true,
    restart_policy: textOf(objectOf(host['RestartPolicy'])['Name']),
    runtime: textOf(host['Runtime']),
    healthcheck: list(healthcheckOf(config)),
    suspicious_env: list(suspiciousKeys(textsOf(config['Env']))),
    risk: list(risksOf(host, mounts)),
  }
  return {
    name,
    privileged: facts.privileged,
    user: facts.user,
    healthcheck: healthcheckOf(config),
    condition: conditionOf(container),
    fields: Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== '' && value !== undefined),
    ),
  }
}

function list(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values.slice(0, maxItems)
}

export interface Mount {
  readonly kind: string
  /** On the host; name of the volume for volumes. */
  readonly source: string
  readonly writable: boolean
  /** `/var/run/docker.sock:/var/run/docker.sock:rw` */
  readonly text: string
}

function mountOf(mount: JsonObject): Mount {
  const kind = textOf(mount['Type'])
  const source = (kind === 'volume' && textOf(mount['Name'])) || textOf(mount['Source'])
  const writable = mount['RW'] !== false
  return {
    kind,
    source,
    writable,
    text: `${source}:${textOf(mount['Destination'])}:${writable ? 'rw' : 'ro'}`,
  }
}

/** `0.0.0.0:8080->80/tcp`; an empty host address is every interface. */
function portsOf(bindings: JsonObject): string[] {
  return Object.entries(bindings).flatMap(([port, hosts]) =>
    objectsOf(hosts).map(
      (host) => `${textOf(host['HostIp']) || '0.0.0.0'}:${textOf(host['HostPort']) || '*'}->${port}`,
    ),
  )
}

function commandOf(config: JsonObject): string {
  const words = [...textsOf(config['Entrypoint']), ...textsOf(config['Cmd'])].map(maskArgument)
  return words.join(' ').slice(0, 1024)
}

/** What the engine executes for `HEALTHCHECK`: `CMD-SHELL x` is run by the container's shell. */
function healthcheckOf(config: JsonObject): readonly string[] {
  const test = textsOf(objectOf(config['Healthcheck'])['Test'])
  const [kind, ...rest] = test
  if (kind === 'CMD') return rest
  if (kind !== 'CMD-SHELL') return []
  const shell = textsOf(config['Shell'])
  return [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), ...rest]
}

/** `docker.io` for names without one, as the engine resolves them; empty for a bare image id. */
export function registryOf(image: string): string {
  if (image === '' || /^(?:sha256:)?[0-9a-f]{64}$/.test(image)) return ''
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io'
}

/** `latest` when none is written; empty for a digest or an id. */
export function tagOf(image: string): string {
  if (image === '' || image.includes('@') || /^(?:sha256:)?[0-9a-f]{64}$/.test(image)) return ''
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest'
}
