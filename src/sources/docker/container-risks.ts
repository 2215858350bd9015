import type { Mount } from './container-facts.ts'
import type { JsonObject } from './json-object.ts'
import { objectOf, objectsOf, textOf, textsOf } from './json-object.ts'

/**
 * What makes a container dangerous to its host, in words that rules match on (`docker.container.risk`): one word per fact, in the order of
 * this file. docs/guide/docker.md lists them.
 */
export function risksOf(host: JsonObject, mounts: readonly Mount[]): string[] {
  return [
    ...(host['Privileged'] === true ? ['privileged'] : []),
    ...mountRisks(mounts),
    ...namespaceRisks(host),
    ...capabilityRisks(textsOf(host['CapAdd'])),
    ...confinementRisks(host),
    ...deviceRisks(host),
    ...portRisks(objectOf(host['PortBindings'])),
  ]
}

const socketName = /(?:^|\/)(?:docker|containerd|crio|cri-dockerd|podman|buildkitd)\.sock$/
/** Directories that hold such sockets: mounting one of them is as good. */
const socketParents = new Set([
  '/',
  '/run',
  '/var',
  '/var/run',
  '/run/containerd',
  '/run/docker',
  '/run/crio',
  '/run/podman',
])
/** Sensitive as a whole, like every directory above them; what lies below is somebody's ordinary data. */
const sensitive = ['/home', '/proc', '/sys', '/dev', '/usr', '/lib/modules', '/var/log', '/opt/cni']
/** Sensitive with everything below. */
const sensitiveTrees =
  '/etc /root /boot /var/lib/docker /var/lib/containerd /var/lib/kubelet /var/spool/cron'.split(' ')
const credentialFolder = /\/\.(?:ssh|aws|azure|kube|docker|gnupg)(?:\/|$)/
/** These few files are handed in every day. */
const harmless = new Set([
  '/etc/localtime',
  '/etc/timezone',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/machine-id',
])

function normalised(source: string): string {
  const parts: string[] = []
  for (const part of source.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function isSensitive(folder: string): boolean {
  const holds = (path: string): boolean => path === folder || path.startsWith(`${folder}/`)
  return (
    sensitive.some(holds) ||
    sensitiveTrees.some((path) => holds(path) || folder.startsWith(`${path}/`)) ||
    credentialFolder.test(folder)
  )
}

function mountRisks(mounts: readonly Mount[]): string[] {
  const found = new Set<string>()
  for (const { kind, source, writable } of mounts) {
    if (kind !== 'bind' || harmless.has(source)) continue
    const folder = normalised(source)
    if (socketName.test(folder) || socketParents.has(folder)) found.add('runtime-socket')
    if (folder === '/') found.add('host-root')
    if (folder !== '/' && isSensitive(folder)) found.add(writable ? 'sensitive-mount-rw' : 'sensitive-mount')
  }
  const order = ['runtime-socket', 'host-root', 'sensitive-mount-rw', 'sensitive-mount']
  return order.filter((risk) => found.has(risk))
}

function namespaceRisks(host: JsonObject): string[] {
  const modes = [
    ['PidMode', 'pid'],
    ['IpcMode', 'ipc'],
    ['NetworkMode', 'network'],
    ['UTSMode', 'uts'],
    ['UsernsMode', 'userns'],
  ] as const
  return modes.flatMap(([key, name]) => {
    const mode = textOf(host[key])
    if (mode === 'host') return [`host-${name}`]
    return mode.startsWith('container:') ? [`joined-${name}`] : []
  })
}

const breakout = new Set(
  'ALL SYS_ADMIN SYS_PTRACE SYS_MODULE SYS_RAWIO DAC_READ_SEARCH BPF PERFMON SYSLOG SYS_BOOT MKNOD MAC_ADMIN MAC_OVERRIDE'.split(
    ' ',
  ),
)

function capabilityRisks(added: readonly string[]): string[] {
  const names = added.map((name) => name.toUpperCase().replace(/^CAP_/, ''))
  return [
    ...(names.some((name) => breakout.has(name)) ? ['capability'] : []),
    ...(names.includes('NET_ADMIN') ? ['capability-net-admin'] : []),
  ]
}

const unconfined: Readonly<Record<string, string>> = {
  'seccomp=unconfined': 'seccomp-off',
  'apparmor=unconfined': 'apparmor-off',
  'label=disable': 'selinux-off',
  'systempaths=unconfined': 'paths-unmasked',
}

function confinementRisks(host: JsonObject): string[] {
  // A privileged container has neither masked paths nor profiles; saying so again would count one fact thrice.
  if (host['Privileged'] === true) return []
  // Engines write `label=disable` by themselves when processes or memory of the host are shared, which has a word of its own.
  const sharesHost = host['PidMode'] === 'host' || host['IpcMode'] === 'host'
  const options = textsOf(host['SecurityOpt'])
    .map((option) => unconfined[option.replace(':', '=').toLowerCase()])
    .filter((risk) => !(sharesHost && risk === 'selinux-off'))
  const unmasked = Array.isArray(host['MaskedPaths']) && host['MaskedPaths'].length === 0
  const found = new Set([...options, unmasked ? 'paths-unmasked' : undefined])
  return [...found].filter((risk) => risk !== undefined)
}

const rawDevice = /^\/dev\/(?:(?:sd|nvme|vd|xvd|hd|dm-|md|loop|mapper\/)|(?:mem|kmem|port|kmsg|fuse)$)/

function deviceRisks(host: JsonObject): string[] {
  const raw = objectsOf(host['Devices']).some((device) =>
    rawDevice.test(normalised(textOf(device['PathOnHost']))),
  )
  const every = textsOf(host['DeviceCgroupRules']).some((rule) => /^a\b/.test(rule))
  return raw || every ? ['host-device'] : []
}

const servicePorts = new Set([22, 2375, 2376, 3306, 5432, 6379, 9200, 10250, 27017])

function portRisks(bindings: JsonObject): string[] {
  const everywhere = Object.values(bindings)
    .flatMap(objectsOf)
    .filter((host) => ['', '0.0.0.0', '::'].includes(textOf(host['HostIp'])))
  return everywhere.some((host) => servicePorts.has(Number(textOf(host['HostPort'])))) ? ['port-exposed'] : []
}
